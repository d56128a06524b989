internal import Bytes
internal import Store
internal import Wire

extension Authorized where Op: FunctionOperation {
    /// Reads the function's row inside the transaction, lets `body` change it, and writes it back.
    func changeFunction(
        _ body: @escaping @Sendable (inout FunctionState, borrowing Transaction) throws -> Fields
    ) async throws -> Fields {
        let reference = subject.reference
        return try await commit { transaction in
            guard let item = try transaction.item(reference.key) else { throw Fault.noFunction(reference.arn) }
            var state = try FunctionState(item)
            let output = try body(&state, transaction)
            try transaction.update(state.item)
            return output
        }
    }

    /// As ``changeFunction(_:)``, of the policy that lies on what the qualifier names.
    func changePolicy(
        _ revision: Text?,
        _ body: @escaping @Sendable (inout FunctionPolicy?, borrowing Transaction) throws -> Fields
    ) async throws -> Fields {
        let (reference, renewed) = (subject.reference, house.chance.uuid())
        return try await commit { transaction in
            guard let item = try transaction.item(reference.key) else { throw Fault.noFunction(reference.arn) }
            guard let qualifier = reference.qualifier, qualifier != "$LATEST" else {
                var state = try FunctionState(item)
                try Self.require(revision, state.latest.revision)
                let output = try body(&state.policy, transaction)
                state.latest.revision = renewed
                try transaction.update(state.item)
                return output
            }
            let missing = Fault.noFunction(reference.qualifiedARN)
            if let number = FunctionReference.number(qualifier) {
                guard let item = try transaction.item(reference.versionKey(number)) else { throw missing }
                var version = try FunctionVersion(item)
                try Self.require(revision, version.configuration.revision)
                let output = try body(&version.policy, transaction)
                version.configuration.revision = renewed
                try transaction.update(version.item)
                return output
            }
            guard let item = try transaction.item(reference.aliasKey(qualifier)) else { throw missing }
            var alias = try FunctionAlias(item)
            try Self.require(revision, alias.revision)
            let output = try body(&alias.policy, transaction)
            alias.revision = renewed
            try transaction.update(alias.item)
            return output
        }
    }

    private static func require(_ revision: Text?, _ current: Text) throws(Fault) {
        guard revision == nil || revision == current else { throw .wrongRevision }
    }
}

extension FunctionState {
    func require(revision: Text?) throws(Fault) {
        guard revision == nil || revision == latest.revision else { throw .wrongRevision }
    }

    /// Makes a version of `$LATEST` as it is now. Where nothing has changed since the last one, that is the version.
    mutating func publish(
        _ reference: FunctionReference, _ description: Text?, revision: Text, _ transaction: borrowing Transaction
    ) throws -> FunctionVersion {
        if next > 1, let item = try transaction.item(reference.versionKey(next - 1)) {
            let last = try FunctionVersion(item)
            if last.configuration.build == latest.build { return last }
        }
        var configuration = latest
        configuration.version = "\(next)"
        configuration.revision = revision
        configuration.description = description ?? latest.description
        let version = FunctionVersion(reference, next, configuration)
        guard try transaction.insert(version.item) else { throw StoreError.conflict }
        next += 1
        return version
    }
}

extension StoreReader where Self: ~Copyable {
    /// Versions, or aliases, of one function, in the order of their ids.
    borrowing func items(
        of reference: FunctionReference, kind: Text, after: Text? = nil, limit: Int
    ) throws -> [Item] {
        let prefix: Text = "\(reference.name):"
        let found = try items(reference.place, kind: kind, after: after ?? prefix, limit: limit)
        return Array(found.prefix { $0.key.id.hasPrefix(prefix) })
    }

    borrowing func allItems(of reference: FunctionReference, kind: Text) throws -> [Item] {
        var (all, after): ([Item], Text?) = ([], nil)
        while true {
            let page = try items(of: reference, kind: kind, after: after, limit: 500)
            all += page
            guard page.count == 500, let last = page.last else { return all }
            after = last.key.id
        }
    }
}

/// One page of a listing.
struct FunctionPage: Sendable {
    /// Where the last page ended.
    let after: [Text]
    let limit: Int
    private let purpose: Text

    init(_ input: Fields, _ purpose: Text, _ house: House) throws(Fault) {
        self.purpose = purpose
        limit = Int(min(input.integer("MaxItems") ?? 50, 50))
        guard let marker = input.text("Marker"), !marker.isEmpty else {
            after = []
            return
        }
        do throws(Fault) { after = try PageToken.open(marker, for: purpose, house) } catch {
            throw .invalidValue("Invalid Marker")
        }
    }

    func marker(_ position: [Text], _ house: House) -> Text { PageToken.close(position, for: purpose, house) }
}
