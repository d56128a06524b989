internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum DeactivateMFADevice: AccessOperation {
        static let name: Text = "DeactivateMFADevice"
        static let hasOutput = false
        static let input: Structure = [
            .optional("UserName", existingUserName), .required("SerialNumber", MFADevices.serial),
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, serial) = (call.subject, call.input.text("SerialNumber") ?? "")
            return try await call.changeEntity { user, transaction in
                var device = try MFADevices.read(serial, subject.account, transaction)
                guard device.user == user.key.id else { throw MFADevices.notOfUser }
                device.disable()
                try transaction.update(device.item)
                user.devices.removeAll { $0.id == device.id }
                return [:]
            }
        }
    }
}
