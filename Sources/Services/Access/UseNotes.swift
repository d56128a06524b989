internal import Bytes
internal import Store

/// Writes down what access keys, and users and roles, were noted to be used for.
package struct UseNotes: Sendable {
    private let house: House
    private static let batch = 200

    package init(house: House) { self.house = house }

    package func step() async throws {
        let credentials = house.credentialUses.all
        // A session's key has no row.
        try await write(credentials.filter { $0.key.hasPrefix("AKIA") }.map { ($0.key, $0.value) }) {
            try AccessKeyUses.write($0, $1, $2)
        }
        house.credentialUses.forget(credentials)
        let services = house.serviceUses.all
        let rows = Dictionary(grouping: services.values) { "\($0.caller.entityID)/\($0.service)" as Text }
        try await write(rows.map { ($0.key, $0.value) }) { try ServiceMemory.write($1, $2) }
        house.serviceUses.forget(services)
    }

    /// In order, so that two nodes don't wait for each other.
    private func write<Value: Sendable>(
        _ all: [(id: Text, Value)],
        _ write: @escaping @Sendable (Text, Value, borrowing Transaction) throws -> Void
    ) async throws {
        var rest = all.sorted { $0.id < $1.id }[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batch)
            rest = rest.dropFirst(Self.batch)
            try await house.store.write { transaction in
                for (id, value) in batch { try write(id, value, transaction) }
            }
        }
    }
}
