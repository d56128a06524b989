internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum EnableMFADevice: AccessOperation {
        static let name: Text = "EnableMFADevice"
        static let hasOutput = false
        static let input = Structure(
            [.required("UserName", existingUserName), .required("SerialNumber", MFADevices.serial)] + MFADevices.codes)
        /// Ten minutes either way.
        private static let reach: Int64 = 20

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, subject, now, root) = (call.input, call.subject, call.now, call.house.root)
            return try await call.changeEntity { user, transaction in
                var device = try MFADevices.read(input.text("SerialNumber") ?? "", subject.account, transaction)
                guard device.user == nil else {
                    throw Fault("EntityAlreadyExists", "MFA Device is already in use.", status: 409)
                }
                guard user.devices.count < MFADevices.mostPerUser else {
                    throw Fault(
                        "LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: \(MFADevices.mostPerUser)",
                        status: 409)
                }
                let isSynchronized = try device.synchronize(
                    input.secret("AuthenticationCode1")?.bytes ?? [], input.secret("AuthenticationCode2")?.bytes ?? [],
                    within: reach, at: now, root: root)
                guard isSynchronized else { throw MFADevices.badCodes }
                device.enable(for: user.key.id, at: now)
                try transaction.update(device.item)
                user.devices.append(Entity.EnabledDevice(id: device.id, enabled: now))
                return [:]
            }
        }
    }
}
