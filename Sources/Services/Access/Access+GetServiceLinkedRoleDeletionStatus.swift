internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetServiceLinkedRoleDeletionStatus: AccessListing {
        static let name: Text = "GetServiceLinkedRoleDeletionStatus"
        static let isReadOnly = true
        static let input: Structure = [.required("DeletionTaskId", .string(1...1000))]

        static func resource(_ input: Fields, _ call: Call) -> Text {
            let parts = (input.text("DeletionTaskId") ?? "").split(on: 0x2F)
            guard parts.count == 5 else { return "*" }
            return "arn:aws:iam::\(call.caller.account):role\(ServiceLinkedRoles.path)\(parts[2])/\(parts[3])"
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (task, account) = (call.input.text("DeletionTaskId") ?? "", call.call.caller.account)
            guard task.hasPrefix("task/") else {
                throw Fault("InvalidInput", "\(task) is not the id of a deletion task.")
            }
            guard try await call.house.store.read({ try $0.item(ServiceLinkedRoles.task(task, account)) }) != nil else {
                throw Fault("NoSuchEntity", "No deletion task found with id \(task)", status: 404)
            }
            return ["Status": "SUCCEEDED"]
        }
    }
}
