package import Bytes

/// An error that the AWS wire contract knows: everything a caller may learn about a failure.
///
/// What the operator should know and the caller must not goes into the log, never in here.
package struct Fault: Error, Sendable, Equatable {
    /// Modelled errors and front-end errors spell the message member differently in JSON (`Message`, `message`).
    package enum Origin: Sendable { case service, frontEnd }

    package var code: Text
    /// `nil` where AWS sends no message at all.
    package var message: Text?
    package var status: Int
    package var origin: Origin
    /// A machine-readable reason beside the message, where the model has one.
    package var reason: Text?

    package init(_ code: Text, _ message: Text?, status: Int = 400, origin: Origin = .service) {
        self.code = code
        self.message = message
        self.status = status
        self.origin = origin
    }

    package static func frontEnd(_ code: Text, _ message: Text? = nil, status: Int = 400) -> Fault {
        Fault(code, message, status: status, origin: .frontEnd)
    }

    /// JSON that is no object of the right types. AWS sends no message with it.
    package static let serialization = Fault.frontEnd("SerializationException")
    package static let unknownOperation = Fault.frontEnd("UnknownOperationException")
    package static let throttled = Fault.frontEnd("ThrottlingException", "Rate exceeded")

    /// One or several constraint failures in one message, counted as AWS does.
    package static func validation(_ violations: [Text]) -> Fault {
        let noun = violations.count == 1 ? "error" : "errors"
        let list = violations.map(\.string).joined(separator: "; ")
        return .frontEnd("ValidationException", "\(violations.count) validation \(noun) detected: \(list)")
    }
}
