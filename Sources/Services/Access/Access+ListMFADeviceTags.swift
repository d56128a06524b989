internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum ListMFADeviceTags: MFAOperation {
        static let name: Text = "ListMFADeviceTags"
        static let isReadOnly = true
        static let input = Structure([.required("SerialNumber", MFADevices.serial)] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (serial, account) = (call.subject.serial, call.subject.account)
            let device = try await call.house.store.read { try MFADevices.read(serial, account, $0) }
            return try TagPages.list(call.input, device.tags)
        }
    }
}
