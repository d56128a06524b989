import Bytes
import Policy
import Store
import TestKit
import Testing
import Wire

@testable import Services

/// What organizations decide without a store, and what they do to calls that were prepared.
@Suite struct OrganizationTests {
    @Test func identifiers() {
        #expect(OrganizationID.isRoot("r-ab12"))
        #expect(!OrganizationID.isRoot("r-ab1"))
        #expect(!OrganizationID.isRoot("r-AB12"))
        #expect(OrganizationID.isUnit("ou-ab12-11111111"))
        for wrong in ["ou-ab12", "ou-ab12-1111111", "ou-ab12-11111111-1", "ou-ab1-11111111"] as [Text] {
            #expect(!OrganizationID.isUnit(wrong))
        }
        #expect(OrganizationID.isPolicy("p-FullAWSAccess"))
        #expect(!OrganizationID.isPolicy("p-1234567"))
        #expect(!OrganizationID.isPolicy("p-12345é78"))
        #expect(OrganizationID.isRequest("car-a1b2c3d4"))
        let chance = Chance.seeded(3)
        for _ in 0..<100 {
            let id = Organization.accountID(chance)
            #expect(id?.text.utf8.first != 0x30)
            #expect(id != nil)
        }
    }

    @Test func addresses() throws {
        guard case .string(let rule) = Organization.email, let pattern = rule.pattern else { throw Unexpected() }
        for good in ["a@b.c", "a.b+c@d-e.example", "ü@example.com", "a@..b.c"] as [Text] {
            #expect(pattern.matches(good), "\(good)")
        }
        for bad in ["ab.c", "a@b", "@b.c", "a@.c", "a@b.", "a@b@c.d", "a b@c.d", "a@b .c", ""] as [Text] {
            #expect(!pattern.matches(bad), "\(bad)")
        }
    }

    struct Unexpected: Error {}

    @Test func awsOwnPoliciesAllowEverything() throws {
        for id in [ManagedControls.service, ManagedControls.resource] {
            let state = try #require(ManagedControls.state(id))
            #expect(ManagedControls.id(for: state.type) == id)
            #expect(state.policy.document.statements.allSatisfy { $0.effect == .allow })
            #expect(state.policy.name.hasPrefix("arn:aws:organizations::aws:policy/"))
        }
    }

    /// The fifth read is a prepared one; a policy of the organization ends it all the same.
    @Test func aControlPolicyEndsPreparedReads() async throws {
        let world = try await World()
        let made = await world.send("CreateOrganization", to: .organizations, [:])
        #expect(made.fields.fields("Organization")?.text("MasterAccountId") == "000000000001")
        let status = await world.send(
            "CreateAccount", to: .organizations, ["Email": "a@example.com", "AccountName": "a"])
        let request = try #require(status.fields.fields("CreateAccountStatus")?.text("Id"))
        let done = await world.send(
            "DescribeCreateAccountStatus", to: .organizations, ["CreateAccountRequestId": .string(request)])
        let account = try #require(done.fields.fields("CreateAccountStatus")?.text("AccountId"))
        let role: Text = "arn:aws:iam::\(account):role/OrganizationAccountAccessRole"
        let member = try #require(
            Signatory(await world.query("AssumeRole", ["RoleArn": role, "RoleSessionName": "s1"])))
        let version: Document = "11111111-2222-3333-4444-000000000001"
        _ = await world.send(
            "CreateSecret", ["Name": "a", "SecretString": "one", "ClientRequestToken": version], as: member)
        for _ in 0..<5 {
            #expect(await world.send("GetSecretValue", ["SecretId": "a"], as: member).status == 200)
        }
        let policy = await world.send(
            "CreatePolicy", to: .organizations,
            [
                "Name": "no", "Description": "", "Type": "SERVICE_CONTROL_POLICY",
                "Content":
                    #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"secretsmanager:Get*","Resource":"*"}]}"#,
            ])
        let id = try #require(policy.fields.fields("Policy")?.fields("PolicySummary")?.text("Id"))
        let attach: Fields = ["PolicyId": .string(id), "TargetId": .string(account)]
        #expect(await world.send("AttachPolicy", to: .organizations, attach).status == 200)
        let denied = await world.send("GetSecretValue", ["SecretId": "a"], as: member)
        #expect(denied.message?.string.hasSuffix("with an explicit deny in a service control policy") == true)
        #expect(await world.send("DetachPolicy", to: .organizations, attach).status == 200)
        #expect(await world.send("GetSecretValue", ["SecretId": "a"], as: member).status == 200)
        let close: Fields = ["AccountId": .string(account)]
        #expect(await world.send("CloseAccount", to: .organizations, close).status == 200)
        let gone = await world.send("GetSecretValue", ["SecretId": "a"], as: member)
        #expect(gone.code == "UnrecognizedClientException")
        await world.close()
    }
}
