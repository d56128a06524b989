internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum ListVirtualMFADevices: AccessListing {
        static let name: Text = "ListVirtualMFADevices"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(
            [.optional("AssignmentStatus", .oneOf("Assigned", "Unassigned", "Any"))] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (page, account) = (try AccessPage(call.input), call.call.caller.account)
            let wanted = call.input.text("AssignmentStatus") ?? "Any"
            var (found, from): ([(device: MFADevice, user: Entity?)], Text?) = ([], page.after)
            while found.count <= page.limit {
                let rows = try await call.house.store.read { [from] snapshot in
                    var rows: [(device: MFADevice, user: Entity?)] = []
                    let items = try snapshot.items(Entity.place(account), kind: MFADevice.kind, after: from, limit: 200)
                    for item in items {
                        let device = try MFADevice(item)
                        let user = try device.user.flatMap { try snapshot.item(Entity.key(.user, $0, account)) }
                        rows.append((device, try user.map { try Entity($0) }))
                    }
                    return rows
                }
                found += rows.filter { wanted == "Any" || ($0.device.user != nil) == (wanted == "Assigned") }
                guard rows.count == 200 else { break }
                from = rows.last?.device.id
            }
            return page.fields("VirtualMFADevices", found, id: { $0.device.id }) { row in
                var fields: Fields = ["SerialNumber": .string(row.device.serial)]
                if let user = row.user { fields.add("User", .structure(shown(user: user, isWhole: false))) }
                fields.add("EnableDate", row.device.enabled)
                return .structure(fields)
            }
        }
    }
}
