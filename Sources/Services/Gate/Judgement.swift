internal import Bytes
package import Policy
internal import Wire

/// Puts one question to `Policy` with everything that is known about the caller and the request.
func judge(_ question: Question, _ call: Call) -> Decision {
    let ask = Ask(
        action: question.action,
        resource: question.resource,
        principal: call.caller.principal,
        keys: question.keys
    )
    let layers = Layers(
        identity: call.caller.policies,
        resource: question.resourcePolicy,
        resourceAccount: question.owner.text,
        isKeyPolicy: question.isKeyPolicy
    )
    return decide(ask, layers)
}

extension Call {
    /// The `aws:` keys that do not depend on the operation, computed only if a policy asks for them.
    package var conditionKeys: ContextKeys { ContextKeys { [self] name in globalKey(name).map { .one($0) } } }

    /// `name` is in lower case.
    func globalKey(_ name: Text) -> Text? {
        switch name {
        case "aws:principalarn": caller.principal.arn
        case "aws:principalaccount": caller.account.text
        case "aws:principaltype": "User"
        case "aws:userid": caller.uniqueID
        case "aws:username": caller.userName
        case "aws:securetransport": peer.tls == nil ? "false" : "true"
        case "aws:requestedregion": place.region
        case "aws:useragent": userAgent
        case "aws:currenttime": received.iso8601
        case "aws:epochtime": "\(received.seconds)"
        case "aws:viaawsservice": via == nil ? "false" : "true"
        case "aws:calledviafirst", "aws:calledvialast", "aws:calledvia": via.map { "\($0).amazonaws.com" }
        // AWS leaves the network keys out of calls that a service makes for a principal.
        case "aws:sourceip": via == nil ? peer.address : nil
        default: nil
        }
    }
}

extension Fault {
    /// Section "denied messages" of AWS's IAM guide; the status differs by protocol.
    static func denied(_ decision: Decision, _ question: Question, _ caller: Caller, _ api: API) -> Fault {
        let text = decision.deniedMessage(
            principalARN: caller.principal.arn,
            action: question.action,
            resourceShown: question.shown
        )
        return api.dialects.contains(.query)
            ? Fault("AccessDenied", text, status: 403)
            : Fault("AccessDeniedException", text)
    }
}
