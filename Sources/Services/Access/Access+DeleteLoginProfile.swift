internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum DeleteLoginProfile: AccessOperation {
        static let name: Text = "DeleteLoginProfile"
        static let hasOutput = false
        static let input: Structure = [.optional("UserName", userName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try await call.changeEntity { user, _ in
                guard try LoginProfile(user) != nil else { throw LoginProfile.missing(user.name) }
                LoginProfile.remove(from: &user)
                return [:]
            }
        }
    }
}
