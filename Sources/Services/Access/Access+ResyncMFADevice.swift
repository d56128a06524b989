internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum ResyncMFADevice: AccessOperation {
        static let name: Text = "ResyncMFADevice"
        static let hasOutput = false
        static let input = Structure(
            [.required("UserName", existingUserName), .required("SerialNumber", MFADevices.serial)] + MFADevices.codes)
        /// Two hours either way.
        private static let reach: Int64 = 240

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, subject, now, root) = (call.input, call.subject, call.now, call.house.root)
            return try await call.commit { transaction in
                guard let user = try transaction.item(subject.key) else { throw subject.missing }
                var device = try MFADevices.read(input.text("SerialNumber") ?? "", subject.account, transaction)
                guard device.user == user.key.id else { throw MFADevices.notOfUser }
                let isSynchronized = try device.synchronize(
                    input.secret("AuthenticationCode1")?.bytes ?? [], input.secret("AuthenticationCode2")?.bytes ?? [],
                    within: reach, at: now, root: root)
                guard isSynchronized else { throw MFADevices.badCodes }
                try transaction.update(device.item)
                return [:]
            }
        }
    }
}
