internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// Rotation of managed external secrets: AWS has drivers for the partners that its `Type`s name, here are none.
///
/// What RotateSecret is given for it is checked, and the call is then refused whole. Nothing is kept of it, RotateImmediately=false
/// or not: a description that shows a role and metadata says that a schedule will use them.
struct ExternalRotation: Sendable {
    let role: Text?

    static let shape: [ShapeMember] = [
        .optional(
            "ExternalSecretRotationMetadata",
            .list(.structure([.optional("Key", .string(1...256)), .optional("Value", .string(1...2048))]))),
        .optional("ExternalSecretRotationRoleArn", .string(20...2048)),
    ]

    static let noRole = Fault.invalidParameter("ExternalSecretRotationRoleArn must be the ARN of an IAM role.")

    /// `nil` if the request is about no such rotation.
    init?(_ fields: Fields) throws(Fault) {
        let (metadata, role) = (
            fields.list("ExternalSecretRotationMetadata"), fields.text("ExternalSecretRotationRoleArn")
        )
        guard metadata != nil || role != nil else { return nil }
        guard fields.text("RotationLambdaARN")?.isEmpty ?? true else {
            throw .invalidParameter(
                "You can't specify RotationLambdaARN together with ExternalSecretRotationMetadata or ExternalSecretRotationRoleArn: a secret is rotated by a function or by a partner."
            )
        }
        var keys: Set<Text> = []
        for case .structure(let item) in metadata ?? [] {
            guard let key = item.text("Key"), item.text("Value") != nil else {
                throw .invalidParameter("Each item of ExternalSecretRotationMetadata must have a Key and a Value.")
            }
            guard keys.insert(key).inserted else {
                throw .invalidParameter("The key \(key) occurs more than once in ExternalSecretRotationMetadata.")
            }
        }
        if let role {
            guard let arn = ARN(role), arn.service == "iam", arn.resource.hasPrefix("role/") else {
                throw Self.noRole
            }
        }
        self.role = role
    }

    /// Returns only if the secret is an ordinary one, to be rotated by a function.
    static func refuse(
        _ secret: SecretDraft, _ role: PassedRole?, asked: ExternalRotation?, function: Text?
    ) throws(Fault) {
        guard let type = secret.type else {
            guard asked == nil else {
                throw .invalidRequest(
                    "Secret \(secret.arn) has no Type: it is not a managed external secret. Rotate it with RotationLambdaARN, without ExternalSecretRotationMetadata and ExternalSecretRotationRoleArn."
                )
            }
            return
        }
        guard function == nil else {
            throw .invalidParameter(
                "You can't specify RotationLambdaARN for a managed external secret. Take its Type off first: UpdateSecret with an empty Type."
            )
        }
        if let role, role.account != secret.row.place.account || !role.isTrusting(for: secret.arn, of: role.account) {
            throw .invalidRequest(
                "Secrets Manager is unable to assume role \(role.arn). Its trust policy must allow sts:AssumeRole to the service \(role.service), for aws:SourceArn \(secret.arn) where it asks for one."
            )
        }
        throw .invalidRequest(
            "Secrets of the Type \(type) can't be rotated here: there is no driver for that partner. To have the value rotated, take the Type off (UpdateSecret with an empty Type) and call RotateSecret with the RotationLambdaARN of a function of yours, or of undercroft-rotate-http, which calls your webhook."
        )
    }

    /// Gives the secret a Type, another one, or none.
    static func change(_ type: Text, of draft: inout SecretDraft) throws(Fault) {
        guard type.isEmpty || draft.rotation?.isEnabled != true else {
            throw .invalidRequest(
                "You can't make this a managed external secret while a function rotates it. Call CancelRotateSecret first."
            )
        }
        draft.type = type.isEmpty ? nil : type
    }
}
