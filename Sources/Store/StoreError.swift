package import Bytes

/// What the store says to the operator. No text carries a stored value or a statement's arguments.
package enum StoreError: Error, Sendable, Equatable {
    /// The row changed, went or was never there since the caller read it. Nothing was written.
    case conflict
    /// A row is not what this store wrote under that identity: edited, moved or damaged. Names table and key.
    case tampered(Text)
    /// The disk is full. Nothing was written; the store goes on.
    case full(Text)
    /// Nothing was written, and trying later may help.
    case unavailable(Text)
    /// The commit's answer was lost: the write may or may not have happened.
    case unknownOutcome(Text)
    /// A newer program wrote this store.
    case newerSchema(found: Int, known: Int)
    case corrupt(Text)
    /// Another process holds the store, or another transaction the row.
    case locked(Text)
    case misconfigured(Text)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .conflict: "the row changed meanwhile"
        case .tampered(let row): "the row \(row) is not what this store wrote: edited, moved or damaged"
        case .full(let text): "the store is full: \(text)"
        case .unavailable(let text): "the store is unavailable: \(text)"
        case .unknownOutcome(let text): "whether the write happened is unknown: \(text)"
        case .newerSchema(let found, let known):
            "the store has schema \(found), this program knows up to \(known): a newer program wrote it"
        case .corrupt(let text): "the store is damaged: \(text)"
        case .locked(let text): "the store is locked: \(text)"
        case .misconfigured(let text): "the store is set up wrongly: \(text)"
        }
    }
}
