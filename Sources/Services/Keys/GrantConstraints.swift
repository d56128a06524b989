internal import Bytes
internal import Wire

/// What narrows a grant.
struct GrantConstraints: Sendable, Equatable {
    /// Pairs that the request's encryption context must have, whatever else it has.
    var subset: EncryptionContext?
    /// The whole encryption context that the request must have.
    var equals: EncryptionContext?
    /// The resource on whose behalf a service must be calling.
    var sourceARN: Text?

    private static let mostPairs = 8
    private static let longestValue = 384

    static let shape = Shape.structure([
        .optional("EncryptionContextSubset", Keys.context), .optional("EncryptionContextEquals", Keys.context),
        .optional(
            "SourceArn",
            .string(
                20...512,
                Pattern("^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$") { text in
                    guard let arn = ARN(text), arn.partition.hasPrefix("aws") else { return false }
                    let letters: CharacterClass = "a-z0-9-"
                    return [arn.partition, arn.service, arn.region]
                        .allSatisfy { $0.string.unicodeScalars.allSatisfy(letters.contains) }
                        && AccountID(arn.account) != nil
                }
            )
        ),
    ])

    init(request fields: Fields?) throws(Fault) {
        self.init(stored: fields)
        guard subset == nil || equals == nil else {
            throw .frontEnd(
                "ValidationException",
                "A grant can have an EncryptionContextSubset or an EncryptionContextEquals constraint, but not both."
            )
        }
        for context in [subset, equals].compactMap({ $0 }) {
            guard context.pairs.count <= Self.mostPairs,
                context.pairs.allSatisfy({ $0.value.string.unicodeScalars.count <= Self.longestValue })
            else {
                throw .frontEnd(
                    "ValidationException",
                    "A constraint can have up to \(Self.mostPairs) encryption context pairs, with values of up to \(Self.longestValue) characters."
                )
            }
        }
    }

    init(stored fields: Fields?) {
        subset = fields?.fields("EncryptionContextSubset").map { EncryptionContext($0) }
        // Everything includes nothing.
        if subset?.pairs.isEmpty == true { subset = nil }
        equals = fields?.fields("EncryptionContextEquals").map { EncryptionContext($0) }
        // Terraform sends an empty one beside the other, and does not mean it. By itself it means what it says.
        if subset != nil, equals?.pairs.isEmpty == true { equals = nil }
        sourceARN = fields?.text("SourceArn")
    }

    var fields: Fields {
        var fields = Fields()
        if let subset { fields.add("EncryptionContextSubset", .structure(subset.fields)) }
        if let equals { fields.add("EncryptionContextEquals", .structure(equals.fields)) }
        fields.add("SourceArn", sourceARN)
        return fields
    }

    var isEmpty: Bool { subset == nil && equals == nil && sourceARN == nil }
    var isOnContext: Bool { subset != nil || equals != nil }
    /// The pairs that a grant names, for conditions on who may create it.
    var context: EncryptionContext? { equals ?? subset }

    /// `kms:GrantConstraintType`
    var typeName: Text? {
        if equals != nil { return "EncryptionContextEquals" }
        if subset != nil { return "EncryptionContextSubset" }
        return sourceARN == nil ? nil : "SourceArn"
    }

    func hold(for context: EncryptionContext) -> Bool {
        if let equals, equals != context { return false }
        return subset.map { context.includes($0) } ?? true
    }

    /// Whether a grant under `child` lets nothing through that these would stop.
    func permits(_ child: GrantConstraints) -> Bool {
        if let equals, child.equals != equals { return false }
        if let subset {
            guard let narrower = child.equals ?? child.subset, narrower.includes(subset) else { return false }
        }
        return sourceARN == nil || child.sourceARN == sourceARN
    }
}

extension EncryptionContext {
    func includes(_ other: EncryptionContext) -> Bool {
        other.pairs.allSatisfy { pair in pairs.contains { $0.key == pair.key && $0.value == pair.value } }
    }
}
