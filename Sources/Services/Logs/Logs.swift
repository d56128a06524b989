internal import Bytes
internal import Policy
internal import Wire

/// CloudWatch Logs, as far as it takes to read what functions have written.
enum Logs {
    static let quota = Quota("logs", 25)
    static let groupName = Shape.string(1...512, Pattern.each(of: "./#A-Za-z0-9_-", text: "[\\.\\-_/#A-Za-z0-9]+"))
    static let groupID = Shape.string(1...2048, Pattern.each(of: "\\w#+=/:,.@-", text: "[\\w#+=/:,.@-]*"))
    static let streamName = Shape.string(
        1...512, Pattern("[^:*]*") { text in !text.utf8.contains { $0 == 0x3A || $0 == 0x2A } })
    static let time = Shape.integer(0...Int64.max)
    static let token = Shape.string(1...Int.max)
    static let group: [ShapeMember] = [
        .optional("logGroupName", groupName), .optional("logGroupIdentifier", groupID),
    ]
}

/// A log group that a call is about.
struct LogGroup: Sendable {
    let place: Place
    let name: Text

    init(place: Place, name: Text) { (self.place, self.name) = (place, name) }

    /// By name, or by name or ARN as the identifier.
    init(_ input: Fields, _ place: Place) throws(Fault) {
        let (name, identifier) = (input.text("logGroupName"), input.text("logGroupIdentifier"))
        guard name == nil || identifier == nil else {
            throw .logs(
                "LogGroup name and LogGroup identifier are both specified, only one of them should be specified.")
        }
        guard let given = name ?? identifier else {
            throw .logs("LogGroup name or LogGroup identifier is missing.")
        }
        self.place = place
        guard given.hasPrefix("arn:") else {
            self.name = given
            return
        }
        guard let arn = ARN(given), arn.service == "logs", arn.region == place.region,
            arn.account == place.account.text, let rest = arn.resource.dropping("log-group:"),
            let first = rest.split(on: 0x3A).first
        else { throw .logs("The log group identifier is not one of this account and Region.") }
        self.name = first
    }

    var arn: Text { "arn:aws:logs:\(place.region):\(place.account):log-group:\(name)" }
}

/// An operation on one log group, and perhaps one of its streams.
protocol LogOperation: WriteOperation where Input == Fields, Output == Fields, Subject == LogGroup {}

extension LogOperation {
    static var api: API { .logs }
    static var quota: Quota { Logs.quota }
    static var isReadOnly: Bool { true }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
    static func find(_ input: Fields, _ call: Call) throws -> LogGroup { try LogGroup(input, call.place) }
    static func asks(_ input: Fields, _ subject: LogGroup, _ call: Call) -> [Question] {
        [Logs.question("logs:\(name)", "\(subject.arn):log-stream:\(input.text("logStreamName") ?? "")", call)]
    }
}

extension Logs {
    static func question(_ action: Text, _ resource: Text, _ call: Call) -> Question {
        Question(
            action: action, resource: resource, shown: resource, owner: call.place.account, keys: call.conditionKeys)
    }
}

extension Fault {
    static func logs(_ text: Text) -> Fault { Fault("InvalidParameterException", text) }
    static let noLogGroup = Fault("ResourceNotFoundException", "The specified log group does not exist.")
    static let noLogStream = Fault("ResourceNotFoundException", "The specified log stream does not exist.")
    static let badLogToken = logs("The specified nextToken is invalid.")
}
