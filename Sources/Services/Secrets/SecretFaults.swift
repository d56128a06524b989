internal import Bytes
internal import Wire

// Texts recorded from AWS where a recording exists (specification section 1.11).
extension Fault {
    static let noSecret = Fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

    static func noValue(stage: Text) -> Fault {
        Fault(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: \(stage)"
        )
    }
    static func noValue(version: Text) -> Fault {
        Fault(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for VersionId: \(version)"
        )
    }
    static func secretExists(_ name: Text) -> Fault {
        Fault("ResourceExistsException", "The operation failed because the secret \(name) already exists.")
    }
    static func tokenInUse(_ token: Text, _ arn: Text) -> Fault {
        Fault(
            "ResourceExistsException",
            "You can't use ClientRequestToken \(token) because that value is already in use for a version of secret \(arn)."
        )
    }
    static func invalidRequest(_ text: Text) -> Fault { Fault("InvalidRequestException", text) }
    static func invalidParameter(_ text: Text) -> Fault { Fault("InvalidParameterException", text) }

    static let markedForDeletion = Fault.invalidRequest(
        "You can't perform this operation on the secret because it was marked for deletion."
    )
    static let nameScheduledForDeletion = Fault.invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion."
    )
    static let tokenMissing = Fault.invalidRequest(
        "You must provide a ClientRequestToken value. We recommend a UUID-type value."
    )
    static let valueMissing = Fault.invalidRequest("You must provide either SecretString or SecretBinary.")
    static let bothValues = Fault.invalidParameter("You can't specify both SecretString and SecretBinary.")
    static let foreignDefaultKey = Fault.invalidRequest(
        "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key."
    )
    static let invalidName = Fault.frontEnd(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
    )
    static let invalidNextToken = Fault("InvalidNextTokenException", "The NextToken value is invalid.")
    static let kmsDenied = Fault("AccessDeniedException", "Access to KMS is not allowed")
    static let decryptionFailure = Fault(
        "DecryptionFailure",
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
    )
    static let encryptionFailure = Fault(
        "EncryptionFailure",
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state."
    )
    static func limitExceeded(_ text: Text) -> Fault { Fault("LimitExceededException", text) }
}
