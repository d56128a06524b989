internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum TagMFADevice: MFAOperation {
        static let name: Text = "TagMFADevice"
        static let hasOutput = false
        static let input: Structure = [.required("SerialNumber", MFADevices.serial), .required("Tags", tags)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let tags = requestTags(call.input)
            return try await call.changeDevice { $0.tags = try merged($0.tags, tags) }
        }
    }
}
