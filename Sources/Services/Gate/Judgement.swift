internal import Bytes
package import Policy
internal import Wire

/// Puts one question to `Policy` with everything that is known about the caller and the request.
func judge(_ question: Question, _ call: Call) throws -> Decision {
    let (ask, layers) = try terms(question, call)
    return decide(ask, layers)
}

/// The question and every policy that has a say. Throws ``Detour`` for another account's controls.
func terms(_ question: Question, _ call: Call) throws -> (Ask, Layers) {
    let caller = call.caller
    var (keys, resourcePolicy) = (question.keys, question.resourcePolicy)
    // Service control follows the caller, resource control the resource.
    var owners = caller.controls
    if question.owner != caller.account {
        let owner = try call.view.account(question.owner)
        owners = try owner.map { try call.view.controls(on: $0) } ?? Controls()
        // A closed account lets nobody in.
        if owner?.isActive == false { resourcePolicy = nil }
    }
    if let organization = owners.organization {
        keys.add("aws:ResourceOrgID", organization)
        if let path = owners.organizationPath { keys.add("aws:ResourceOrgPaths", [path]) }
    }
    let ask = Ask(
        action: question.action,
        resource: question.resource,
        principal: question.principal ?? caller.principal,
        owner: question.owner.text,
        keys: keys
    )
    var layers = Layers(
        identity: caller.policies,
        boundary: caller.boundary,
        session: caller.sessionPolicies,
        resource: resourcePolicy,
        serviceControl: caller.controls.service,
        resourceControl: caller.controls.isExempt ? [] : owners.resource,
        resourceAccount: question.owner.text,
        isKeyPolicy: question.isKeyPolicy,
        isTrustPolicy: question.isTrustPolicy
    )
    (layers.serviceControlTargets, layers.resourceControlTargets) = (caller.controls.targets, owners.targets)
    return (ask, layers)
}

extension Call {
    /// The `aws:` keys that do not depend on the operation, computed only if a policy asks for them.
    package var conditionKeys: ContextKeys { ContextKeys { [self] name in globalKey(name) } }

    /// `name` is in lower case. What follows from the principal alone, `Policy` knows.
    func globalKey(_ name: Text) -> ContextKeys.Value? {
        if let key = name.dropping("aws:principaltag/") {
            return caller.tags.first { $0.key.asciiLowercased == key }.map { .one($0.value) }
        }
        return name == "aws:principalorgpaths"
            ? caller.controls.organizationPath.map { .many([$0]) } : singleKey(name).map { .one($0) }
    }

    private func singleKey(_ name: Text) -> Text? {
        switch name {
        case "aws:principalorgid": caller.controls.organization
        case "aws:securetransport": peer.tls == nil ? "false" : "true"
        case "aws:requestedregion": place.region
        case "aws:useragent": userAgent
        case "aws:currenttime": received.iso8601
        case "aws:epochtime": "\(received.seconds)"
        case "aws:viaawsservice": via == nil ? "false" : "true"
        case "aws:calledviafirst", "aws:calledvialast", "aws:calledvia": via.map { "\($0).amazonaws.com" }
        // AWS leaves the network keys out of calls that a service makes for a principal.
        case "aws:sourceip": via == nil ? peer.address : nil
        // Absent for long-term keys, so that `Bool` does not match and `BoolIfExists` does.
        case "aws:multifactorauthpresent": caller.session.map { $0.usedMFA == nil ? "false" : "true" }
        case "aws:multifactorauthage":
            caller.session?.usedMFA.map { "\(max(0, received.seconds - $0.seconds))" }
        case "aws:tokenissuetime": caller.session.map { $0.issued.iso8601 }
        case "aws:sourceidentity": caller.session?.sourceIdentity
        case "aws:federatedprovider": caller.session?.provider
        case "aws:sourcearn": caller.mandate?.secretARN
        case "aws:sourceaccount": caller.mandate?.account.text
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
