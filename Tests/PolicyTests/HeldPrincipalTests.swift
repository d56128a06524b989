import Bytes
import Policy
import Testing

/// Users and roles in a resource's policy that are held to unique ids.
@Suite struct HeldPrincipalTests {
    static let user: Text = "arn:aws:iam::111122223333:user/staff/alice"
    static let role: Text = "arn:aws:iam::111122223333:role/svc/app"
    static let session: Text = "arn:aws:sts::111122223333:assumed-role/app/i-0abc"
    static let userID: Text = "AIDAALICEALICEALICE12"
    static let roleID: Text = "AROAAPPAPPAPPAPPAPP12"

    /// The same user by another name.
    static let renamed = Principal(
        account: Cast.account, arn: "arn:aws:iam::111122223333:user/alicia", kind: .user, uniqueID: userID)
    /// A session as the gate has it: its id names it too.
    static let named = Principal(
        account: Cast.account, arn: session, kind: .assumedRole(roleARN: role), uniqueID: "AROAAPPAPPAPPAPPAPP12:i-0abc"
    )
    /// Of a role whose id begins like that of the other.
    static let alike = Principal(
        account: Cast.account, arn: session, kind: .assumedRole(roleARN: role),
        uniqueID: "AROAAPPAPPAPPAPPAPP123:i-0abc")
    static let federatedAnew = Principal(
        account: Cast.account, arn: Cast.federated.arn, kind: .federatedUser, federatedBy: renamed.arn,
        federatedByID: userID)

    private static func answers(
        _ element: Text, _ ids: [Text: Text], _ principal: Principal, _ effect: String = "Allow",
        clause: String = "Principal"
    ) throws -> Bool {
        let text = #"{"Effect":"\#(effect)","\#(clause)":{"AWS":"\#(element)"},"Action":"*","Resource":"*"}"#
        let written = try policy(text, .resource)
        let held = NamedPolicy(name: written.name, document: written.document.held(to: ids))
        let all = #"{"Effect":"Allow","Action":"*","Resource":"*"}"#
        let layers = Layers(
            identity: effect == "Deny" ? [try policy(all)] : [], session: [try policy(all)], resource: held,
            resourceAccount: Cast.account)
        let ask = Ask(action: Cast.read, resource: Cast.secret, principal: principal)
        let decision = decide(ask, layers)
        #expect(explain(ask, layers).decision == decision)
        return decision.isAllowed == (effect == "Allow")
    }

    @Test(
        arguments: [
            (user, [user: userID], Cast.alice, true), (user, [user: "AIDAALICEALICEALICE99"], Cast.alice, false),
            (user, [:], Cast.alice, true), (user, [role: roleID], Cast.alice, true),
            (user, [user: userID], renamed, true), (user, [:], renamed, false),
            (user, [user: userID], Cast.federated, true), (user, [user: userID], federatedAnew, true),
            (user, [user: "AIDAALICEALICEALICE99"], Cast.federated, false), (user, [:], federatedAnew, false),
            (role, [role: roleID], Cast.session, true), (role, [role: roleID], named, true),
            (role, [role: "AROAAPPAPPAPPAPPAPP99"], named, false), (role, [role: roleID], alike, false),
            (role, [:], alike, true), (role, [role: roleID], Cast.alice, false),
            (session, [session: roleID], named, true), (session, [session: roleID], Cast.session, true),
            (session, [session: "AROAAPPAPPAPPAPPAPP99"], named, false), (session, [session: roleID], alike, false),
            (roleID, [:], named, true), (roleID, [:], alike, false), (userID, [:], renamed, true),
            (userID, [:], federatedAnew, true),
        ] as [(Text, [Text: Text], Principal, Bool)])
    func theIDTellsWhoIsMeant(_ element: Text, _ ids: [Text: Text], _ principal: Principal, _ isMeant: Bool) throws {
        #expect(try Self.answers(element, ids, principal) == isMeant)
        #expect(try Self.answers(element, ids, principal, "Deny") == isMeant)
        // Spared from a deny is only who is listed with account, role and session; so all but the listed are let in.
        #expect(try Self.answers(element, ids, principal, clause: "NotPrincipal") == !isMeant)
    }

    @Test func textsStayAsWritten() throws {
        let written = try policy(
            #"{"Effect":"Allow","Principal":{"AWS":["\#(Self.user)","\#(Self.role)"]},"Action":"*"}"#, .resource
        ).document
        let held = written.held(to: [Self.user: Self.userID, Self.role: Self.roleID])
        #expect(held.principals == [.user(arn: Self.user, id: Self.userID), .role(arn: Self.role, id: Self.roleID)])
        #expect(held.principals.map(\.text) == written.principals.map(\.text))
    }
}
