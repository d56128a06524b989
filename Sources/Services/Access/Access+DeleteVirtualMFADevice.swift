internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum DeleteVirtualMFADevice: MFAOperation {
        static let name: Text = "DeleteVirtualMFADevice"
        static let hasOutput = false
        static let input: Structure = [.required("SerialNumber", MFADevices.serial)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            return try await call.commit { transaction in
                let device = try MFADevices.read(subject.serial, subject.account, transaction)
                guard device.user == nil else {
                    throw Fault("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", status: 409)
                }
                try transaction.delete(device.item.key)
                return [:]
            }
        }
    }
}
