internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    static let policyDocument = Shape.string(1...20_480)
    static let policyName = Shape.string(1...64, .each(of: "0-9A-Za-z_-", text: #"[0-9A-Za-z\-\_]+"#))
    static let recordedPolicyName: Structure = [
        .optional("ARN", .string()), .optional("Name", .string()), .optional("PolicyName", .string()),
    ]

    /// A secret has one policy that callers can change, and this is its name.
    static let defaultPolicy: Text = "default"

    static func requireDefaultPolicy(_ name: Text?) throws(Fault) {
        guard let name, name != defaultPolicy else { return }
        throw .invalidParameter("You can only change the resource policy named default.")
    }

    static func parsePolicy(_ text: Text) throws(Fault) -> PolicyDocument {
        do { return try PolicyDocument.parse(text.bytes, kind: .resource) } catch {
            throw Fault("MalformedPolicyDocumentException", refusal(of: error))
        }
    }

    private static func refusal(of flaw: MalformedPolicy) -> Text {
        switch flaw.kind {
        case .syntax: "This policy has invalid syntax. \(flaw.path): \(flaw.reason)"
        case .principal: unsupportedPrincipal
        case .servicePrincipal: invalidServicePrincipal
        }
    }

    static let invalidServicePrincipal: Text = "This resource policy contains an invalid service principal."
    static let unsupportedPrincipal: Text = "This resource policy contains an unsupported principal."

    /// As it goes into the secret's row; refused if somebody in it does not exist.
    static func written<Directory: PrincipalDirectory & ~Copyable>(
        _ text: Text, _ document: PolicyDocument, in directory: borrowing Directory
    ) throws -> WrittenPolicy {
        do { return try WrittenPolicy(text, document, in: directory) } catch is UnknownPrincipal {
            throw Fault("MalformedPolicyDocumentException", unsupportedPrincipal)
        }
    }

    static let broadAccess: Text = "You can't attach a resource-based policy that allows broad access to the secret."

    static func policyAnswer(_ identity: SecretIdentity) -> Fields {
        var fields = identity.fields
        fields.add("PolicyName", defaultPolicy)
        return fields
    }
}
