internal import Bytes
internal import Wire

extension Fault {
    static func noFunction(_ arn: Text) -> Fault {
        Fault("ResourceNotFoundException", "Function not found: \(arn)", status: 404)
    }
    static func noAlias(_ arn: Text) -> Fault {
        Fault("ResourceNotFoundException", "Cannot find alias arn: \(arn)", status: 404)
    }
    static let noSuchResource = Fault(
        "ResourceNotFoundException", "The resource you requested does not exist.", status: 404)
    static let noFunctionPolicy = Fault(
        "ResourceNotFoundException", "No policy is associated with the given resource.", status: 404)

    static func invalidValue(_ text: Text) -> Fault { Fault("InvalidParameterValueException", text) }
    static func functionConflict(_ text: Text) -> Fault { Fault("ResourceConflictException", text, status: 409) }

    static let wrongRevision = Fault(
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
        status: 412)
    static let wrongPolicyRevision = Fault(
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id",
        status: 412)

    static let unreadableZip = invalidValue(
        "Could not unzip uploaded file. Please check your file, then try to upload again.")
    static let roleNotAssumable = invalidValue("The role defined for the function cannot be assumed by Lambda.")

    static var functionThrottled: Fault {
        var fault = Fault("TooManyRequestsException", "Rate Exceeded.", status: 429)
        fault.reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
        return fault
    }
    static let notRun = Fault(
        "ServiceException",
        "The function could not be run. The operator's log has the reason under this request id.", status: 500)

    /// What Lambda has and this server has not: refused, never ignored.
    static func unsupported(_ what: Text) -> Fault { invalidValue("\(what) is not supported by this server.") }
}
