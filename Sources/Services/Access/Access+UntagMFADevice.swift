internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum UntagMFADevice: MFAOperation {
        static let name: Text = "UntagMFADevice"
        static let hasOutput = false
        static let input: Structure = [.required("SerialNumber", MFADevices.serial), .required("TagKeys", tagKeys)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let keys = call.input.texts("TagKeys") ?? []
            return try await call.changeDevice { $0.tags = TagPages.without(keys, $0.tags) }
        }
    }
}
