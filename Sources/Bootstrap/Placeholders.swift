package import Bytes

/// Values of the right form in the place of references, to try policies and parameters with before anything is known.
package enum Placeholders {
    package static let account: Text = "123456789012"

    package static func filled(_ document: Document, in section: Section) -> Document {
        switch document {
        case .string(let text): .string(filled(text, in: section))
        case .list(let items): .list(items.map { filled($0, in: section) })
        case .structure(let fields): .structure(filled(fields, in: section))
        default: document
        }
    }

    package static func filled(_ fields: Fields, in section: Section) -> Fields {
        Fields(
            fields.members.map { .init(name: filled($0.name, in: section), value: filled($0.value, in: section)) })
    }

    private static func filled(_ text: Text, in section: Section) -> Text {
        guard text.string.contains("${") else { return text }
        return Text(
            Template.parts(of: text, in: section).map { part in
                switch part {
                case .plain(let words), .unknown(let words): words
                case .reference(let reference): value(reference)
                }
            }.joined())
    }

    private static func value(_ reference: Reference) -> String {
        switch reference {
        case .account: account.string
        case .key: "arn:aws:kms:us-east-1:\(account):key/00000000-0000-0000-0000-000000000000"
        case .policy(_, let name): "arn:aws:iam::\(account):policy/\(name)"
        case .root: "r-0000"
        case .unit: "ou-0000-00000000"
        case .controlPolicy: "p-00000000"
        }
    }
}
