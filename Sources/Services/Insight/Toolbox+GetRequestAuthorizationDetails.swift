internal import Bytes
internal import Wire

extension Toolbox {
    enum GetRequestAuthorizationDetails: ToolboxOperation {
        static let name: Text = "GetRequestAuthorizationDetails"
        static let route: Route? = Route(
            "GET", "/authorization-details/{authorizationId}", query: ["nextToken": "nextToken"])
        static let input: Structure = [
            .required("authorizationId", authorizationID), .optional("nextToken", .string()),
        ]

        private static let page = 25

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let purpose: Text = "authorization \(call.input.text("authorizationId") ?? "")"
            var start = 0
            if let token = call.input.text("nextToken") {
                guard let position = try? PageToken.open(token, for: purpose, call.house).first,
                    let index = Int(position.string)
                else { throw Fault.frontEnd("ValidationException", "The nextToken is not one of this request.") }
                start = index
            }
            let details = try await call.details()
            let evaluations = details.evaluations
            var fields: Fields = [
                "requestContext": .structure(details.requestContext),
                "evaluations": .list(evaluations.dropFirst(start).prefix(page).map { .structure($0) }),
                "policies": .list(details.policies.map { .structure($0.shown) }),
            ]
            if start + page < evaluations.count {
                fields.add("nextToken", PageToken.close(["\(start + page)"], for: purpose, call.house))
            }
            return fields
        }
    }
}
