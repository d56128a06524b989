internal import Bytes
internal import Policy
internal import Wire

/// `iam-toolbox`, the one service of AWS that tells why a request was decided as it was: read from the node's own trail, for as
/// long as that is kept.
enum Toolbox {
    static let quota = Quota("iam-toolbox", 5)
    static let authorizationID = Shape.string(
        0...256,
        Pattern("[0123456789abcdefghijklmnopqrstuvwxyz]+") { text in
            !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x7A }
        })
}

extension API {
    package static let iamToolbox = API(
        name: "iam",
        targetPrefix: nil,
        version: "2018-05-10",
        dialects: [.restJSON],
        xmlNamespace: "",
        messageKey: "message"
    )
}

protocol ToolboxOperation: WriteOperation where Input == Fields, Output == Fields, Subject == Void {}

extension ToolboxOperation {
    static var api: API { .iamToolbox }
    static var quota: Quota { Toolbox.quota }
    static var isReadOnly: Bool { true }
    static var isBrief: Bool { false }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
    static func find(_ input: Fields, _ call: Call) throws {}
    static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
        [Insight.ownQuestion("iam:\(name)", "*", call)]
    }
}

extension Authorized where Op: ToolboxOperation {
    /// Of the request that the input names.
    func details() async throws -> AuthorizationDetails {
        let id = input.text("authorizationId") ?? ""
        guard let details = try await AuthorizationDetails.find(id, for: call) else { throw Fault.noDetails }
        return details
    }
}

extension Fault {
    fileprivate static let noDetails = Fault(
        "ResourceNotFoundException",
        "No request of that id is known here. It must have been answered by this node, in this Region, to a principal of your account or organization.",
        status: 404)
    static let noEvaluatedPolicy = Fault(
        "ResourceNotFoundException", "No policy of that URI was evaluated for the request.", status: 404)
}
