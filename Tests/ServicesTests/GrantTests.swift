import Bytes
import Policy
import TestKit
import Testing
import Wire

@testable import Seal
@testable import Services
@testable import Store

/// What grants decide, for principals other than the administrator.
@Suite struct GrantTests {
    /// A world with a user who may do nothing but what `policy` says, and a key that only its administrators manage.
    private struct Scene {
        static let user: Text = "arn:aws:iam::000000000001:user/u"
        static let administrator: Text = "arn:aws:iam::000000000001:user/administrator"
        static let manage: Text =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:user/administrator"},"Action":"kms:*","Resource":"*"}]}"#

        let world: World
        let key: Text
        let caller: Caller

        init(policies: [(Text, Text)] = [], account: Text = "000000000001") async throws {
            world = try await World()
            let made = await world.send("CreateKey", to: .kms, ["Policy": .string(Self.manage)])
            key = made.fields.fields("KeyMetadata")?.text("Arn") ?? ""
            let home = try #require(AccountID(account))
            var user = Entity(
                .user, name: "u", path: "/", account: home, at: world.clock.now, chance: world.house.chance)
            user.inline = policies.map { (name: $0.0, document: $0.1) }
            let state = try EntityState(user)
            _ = try await world.house.store.write { [user] in try $0.insert(principal: user) }
            caller = .user(state, "AKIAU", Rights(policies: state.policies), Controls())
        }

        func grant(_ operations: [Text], _ more: Fields = [:]) async -> Response {
            var input: Fields = [
                "KeyId": .string(key), "Operations": .list(operations.map { .string($0) }),
            ]
            if more.text("GranteePrincipal") == nil { input.add("GranteePrincipal", Self.user) }
            input.members += more.members
            return await world.send("CreateGrant", to: .kms, input)
        }

        /// Runs `body` as the user, taking detours.
        func asUser<T>(_ body: (Call) throws -> T) async throws -> T {
            var view = View(cache: world.house.store.cache)
            while true {
                let scene = Services.Scene(
                    house: world.house, caller: caller,
                    place: Place(account: caller.account, region: World.region),
                    received: world.clock.now, userAgent: [], peer: Peer(address: "127.0.0.1"), host: []
                )
                let call = Call(scene, requestID: "r", view: view)
                do { return try body(call) } catch let detour as Detour {
                    view.add(try await detour.bring(world.house))
                }
            }
        }

        func may<Op: Operation>(_: Op.Type, _ input: Op.Input) async throws -> Bool {
            do {
                _ = try await asUser { try authorize(Op.self, input, [:], $0) }
                return true
            } catch let fault as Fault {
                #expect(fault.code == "AccessDeniedException")
                return false
            }
        }

        func encrypt(_ context: EncryptionContext = EncryptionContext([])) async throws -> Bool {
            try await may(
                Keys.Encrypt.self, Keys.Encrypt.Input(keyID: key, plaintext: SecretBytes([1]), context: context))
        }
    }

    @Test func aUserWithoutPoliciesMayWhatTheGrantSays() async throws {
        let scene = try await Scene()
        #expect(try await !scene.encrypt())
        #expect(await scene.grant(["Encrypt"]).status == 200)
        #expect(try await scene.encrypt())
        #expect(try await !scene.may(Keys.DescribeKey.self, scene.key))
        await scene.world.close()
    }

    /// Like a statement of the key's policy that names an account: the account's own policies decide.
    @Test(arguments: [true, false])
    func aGrantToTheAccountDelegates(_ isAllowedByIdentity: Bool) async throws {
        let own: Text =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}"#
        let scene = try await Scene(policies: isAllowedByIdentity ? [("own" as Text, own)] : [])
        #expect(try await !scene.encrypt())
        _ = await scene.grant(["Encrypt"], ["GranteePrincipal": .string("arn:aws:iam::000000000001:root")])
        #expect(try await scene.encrypt() == isAllowedByIdentity)
        await scene.world.close()
    }

    @Test(arguments: [true, false])
    func anotherAccountsUserNeedsTheirOwnAccountsWordToo(_ isAllowedByIdentity: Bool) async throws {
        let own: Text =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}"#
        let scene = try await Scene(
            policies: isAllowedByIdentity ? [("own" as Text, own)] : [], account: "000000000002")
        #expect(try await !scene.encrypt())
        _ = await scene.grant(["Encrypt"], ["GranteePrincipal": .string("arn:aws:iam::000000000002:user/u")])
        #expect(try await scene.encrypt() == isAllowedByIdentity)
        await scene.world.close()
    }

    @Test func anIdentitysDenyOutranksTheGrant() async throws {
        let deny: Text =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:a":"1"}}}]}"#
        let scene = try await Scene(policies: [("deny", deny)])
        _ = await scene.grant(["Encrypt"])
        #expect(try await scene.encrypt())
        #expect(try await !scene.encrypt(EncryptionContext([("a", "1")])))
        await scene.world.close()
    }

    @Test func thePrincipalThatMayRetireAGrantNeedsNoPolicy() async throws {
        let scene = try await Scene()
        let made = await scene.grant(
            ["Encrypt"],
            [
                "GranteePrincipal": .string(Scene.administrator), "RetiringPrincipal": .string(Scene.user),
            ]
        )
        let other = await scene.grant(["Encrypt"])
        let own = await scene.grant(["Encrypt", "RetireGrant"])
        for (grant, isAllowed) in [(made, true), (other, false), (own, true)] {
            let token = Keys.RetireGrant.Input.token(grant.fields.text("GrantToken") ?? "", isDryRun: false)
            #expect(try await scene.may(Keys.RetireGrant.self, token) == isAllowed)
            let id = Keys.RetireGrant.Input.id(
                grant.fields.text("GrantId") ?? "", keyID: scene.key, isDryRun: false)
            #expect(try await scene.may(Keys.RetireGrant.self, id) == isAllowed)
        }
        // Nor does it show which grants there are.
        let none = Keys.RetireGrant.Input.id(
            Text(String(repeating: "0", count: 64)), keyID: scene.key, isDryRun: false)
        #expect(try await !scene.may(Keys.RetireGrant.self, none))
        await scene.world.close()
    }

    @Test(arguments: [true, false])
    func anotherAccountsPoliciesRetireNothing(_ isRetiring: Bool) async throws {
        let own: Text = #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#
        let scene = try await Scene(policies: [("own" as Text, own)], account: "000000000002")
        var parties: Fields = ["GranteePrincipal": .string(Scene.administrator)]
        if isRetiring { parties.add("RetiringPrincipal", "arn:aws:iam::000000000002:user/u") }
        let made = await scene.grant(["Encrypt"], parties)
        let token = Keys.RetireGrant.Input.token(made.fields.text("GrantToken") ?? "", isDryRun: false)
        #expect(try await scene.may(Keys.RetireGrant.self, token) == isRetiring)
        await scene.world.close()
    }

    @Test func aKeyTakesItsGrantsWithIt() async throws {
        let scene = try await Scene()
        for _ in 0..<3 { _ = await scene.grant(["Encrypt"], ["RetiringPrincipal": .string(Scene.user)]) }
        _ = await scene.world.send(
            "ScheduleKeyDeletion", to: .kms, ["KeyId": .string(scene.key), "PendingWindowInDays": .integer(7)])
        scene.world.clock.advance(days: 7)
        try await Sweep(house: scene.world.house).step()
        let listed = await scene.world.send(
            "ListRetirableGrants", to: .kms, ["RetiringPrincipal": .string(Scene.user)])
        #expect(listed.status == 200 && listed.fields.list("Grants")?.isEmpty == true)
        let place = Place(account: try #require(AccountID("000000000001")), region: World.region)
        let rows = try await scene.world.house.store.read { snapshot in
            try ["grant", "grants-of", "retirable"].map { try snapshot.itemCount(place, kind: $0) }
        }
        #expect(rows == [0, 0, 0])
        await scene.world.close()
    }

    @Test func aKeyHasOnlySoManyGrants() async throws {
        var limits = Limits()
        limits.grantsPerKey = 3
        let world = try await World(limits: limits)
        let key = await world.send("CreateKey", to: .kms, [:]).fields.fields("KeyMetadata")?.text("KeyId") ?? ""
        let input: Fields = [
            "KeyId": .string(key), "Operations": .list(["Encrypt"]),
            "GranteePrincipal": .string(Scene.administrator),
        ]
        var made: [Response] = []
        for _ in 0..<3 { made.append(await world.send("CreateGrant", to: .kms, input)) }
        #expect(made.allSatisfy { $0.status == 200 })
        #expect(await world.send("CreateGrant", to: .kms, input).code == "LimitExceededException")
        let id: Fields = ["KeyId": .string(key), "GrantId": .string(made[0].fields.text("GrantId") ?? "")]
        #expect(await world.send("RevokeGrant", to: .kms, id).status == 200)
        #expect(await world.send("CreateGrant", to: .kms, input).status == 200)
        await world.close()
    }

    @Test func aTokenIsOfOneHouse() async throws {
        let (one, other) = (try await World(), try await World())
        let place = Place(account: try #require(AccountID("000000000001")), region: World.region)
        let token = GrantToken.make("k", "g", in: place, one.house)
        let opened = try GrantToken.open(token, one.house)
        #expect(opened.place == place && opened.keyID == "k" && opened.grantID == "g")
        #expect(throws: Fault("InvalidGrantTokenException", "The specified grant token is not valid.")) {
            try GrantToken.open(token, other.house)
        }
        // What lists are continued with is no grant token, though it is made alike.
        let page = PageToken.close(["000000000001", World.region, "k", "g", "n"], for: "ListSecrets", one.house)
        #expect(throws: Fault.self) { try GrantToken.open(page, one.house) }
        await one.close()
        await other.close()
    }
}
