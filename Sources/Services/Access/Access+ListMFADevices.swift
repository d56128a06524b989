internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum ListMFADevices: AccessOperation {
        static let name: Text = "ListMFADevices"
        static let isReadOnly = true
        static let input = Structure([.optional("UserName", existingUserName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let user = try await call.readEntity()
            let devices = user.devices.sorted { $0.id < $1.id }
            return try AccessPage(call.input).fields("MFADevices", of: devices, id: { $0.id }) { device in
                .structure([
                    "UserName": .string(user.name), "SerialNumber": .string(MFADevice.serial(device.id, user.account)),
                    "EnableDate": .timestamp(device.enabled),
                ])
            }
        }
    }
}
