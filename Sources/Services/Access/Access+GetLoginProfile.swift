internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum GetLoginProfile: AccessOperation {
        static let name: Text = "GetLoginProfile"
        static let isReadOnly = true
        static let input: Structure = [.optional("UserName", userName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let user = try await call.readEntity()
            guard let profile = try LoginProfile(user) else { throw LoginProfile.missing(user.name) }
            return ["LoginProfile": .structure(profile.shown(user))]
        }
    }
}
