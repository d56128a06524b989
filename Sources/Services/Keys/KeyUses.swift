internal import Bytes
internal import Store
internal import Wire

/// What each key was last used for, as GetKeyLastUsage tells it.
package enum KeyUses {
    package struct Use: LastUse {
        let operation: Text
        let time: Timestamp
        /// The record of the call, which has its ids.
        let record: [UInt8]
    }

    /// Whose success counts as a use.
    static let operations: Set<Text> = [
        "Decrypt", "DeriveSharedSecret", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "ReEncrypt", "Sign",
        "Verify", "VerifyMac", "Encapsulate", "Decapsulate",
    ]

    static func itemKey(_ keyID: Text, in place: Place) -> ItemKey {
        ItemKey(place: place, kind: "key-use", id: keyID)
    }
}

/// A use with its ids, as the store has it.
struct KeyUse: Sendable {
    let operation: Text
    let time: Timestamp
    let eventID: Text
    let requestID: Text

    /// `nil` if the record is not one of a call.
    init?(_ use: KeyUses.Use) {
        guard case .structure(let record)? = try? JSON.parse(use.record), let event = record.text("eventID"),
            let request = record.text("requestID")
        else { return nil }
        (operation, time, eventID, requestID) = (use.operation, use.time, event, request)
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let operation = body.text("operation"), let time = body.storedTime("time"),
            let event = body.text("event"), let request = body.text("request")
        else { throw StoreError.corrupt("key-use \(item.key.id)") }
        (self.operation, self.time, eventID, requestID) = (operation, time, event, request)
    }

    func item(_ key: ItemKey, rev: Int64 = 1) -> Item {
        let body: Fields = [
            "operation": .string(operation), "time": .integer(time.milliseconds), "event": .string(eventID),
            "request": .string(requestID),
        ]
        return Item(key: key, rev: rev, body: body.json)
    }

    /// `KeyLastUsageData`
    var fields: Fields {
        [
            "Operation": .string(operation), "Timestamp": .timestamp(time), "CloudTrailEventId": .string(eventID),
            "KmsRequestId": .string(requestID),
        ]
    }
}

extension View {
    func keyUse(_ key: KeyState) throws -> KeyUse? {
        let itemKey = KeyUses.itemKey(key.id, in: key.place)
        return try row(.item(itemKey)) { snapshot in
            try snapshot.item(itemKey).map { (try KeyUse($0), $0.body.count + 128) }
        }
    }
}

extension Call {
    /// A call that used keys has been recorded.
    func noteUse<Op: Operation>(_: Op.Type, of resources: [RecordedResource], _ record: [UInt8]) {
        guard Op.api.name == API.kms.name, KeyUses.operations.contains(Op.name) else { return }
        for resource in resources {
            house.keyUses.note(resource.arn, KeyUses.Use(operation: Op.name, time: received, record: record))
        }
    }
}

extension Sweep {
    /// Writes down what keys were used for since the last time.
    package func writeKeyUses() async throws {
        let uses = house.keyUses.all
        guard !uses.isEmpty else { return }
        let rows = uses.compactMap { arn, use -> (ItemKey, KeyUse)? in
            guard let arn = ARN(arn), let account = AccountID(arn.account), let id = arn.resource.dropping("key/"),
                let use = KeyUse(use)
            else { return nil }
            return (KeyUses.itemKey(id, in: Place(account: account, region: arn.region)), use)
        }
        try await house.store.write { transaction in
            for (key, use) in rows {
                guard try transaction.item(Keys.itemKey(key.id, in: key.place)) != nil else { continue }
                guard let old = try transaction.item(key) else {
                    _ = try transaction.insert(use.item(key))
                    continue
                }
                // Another node may have seen a later one.
                guard try KeyUse(old).time < use.time else { continue }
                _ = try transaction.update(use.item(key, rev: old.rev))
            }
        }
        house.keyUses.forget(uses)
    }
}
