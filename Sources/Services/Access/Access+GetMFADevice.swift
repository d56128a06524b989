internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum GetMFADevice: AccessOperation {
        static let name: Text = "GetMFADevice"
        static let isReadOnly = true
        static let input: Structure = [
            .required("SerialNumber", MFADevices.serial), .optional("UserName", userName),
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, serial) = (call.subject, call.input.text("SerialNumber") ?? "")
            let found = try await call.house.store.read { snapshot in
                guard let item = try snapshot.item(subject.key) else { throw subject.missing }
                return (
                    user: try Entity(item), device: try MFADevices.read(serial, subject.account, snapshot)
                )
            }
            guard found.device.user == found.user.key.id else { throw MFADevices.notOfUser }
            var fields: Fields = ["UserName": .string(found.user.name), "SerialNumber": .string(found.device.serial)]
            fields.add("EnableDate", found.device.enabled)
            return fields
        }
    }
}
