internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// Virtual MFA devices: who may do what with them, and whether a code is good.
enum MFADevices {
    static let serial = Shape.string(9...256, Pattern.each(of: "\\w+=/:,.@-", text: "[\\w+=/:,.@-]+"))
    static let code = Shape.string(6...6, Pattern.each(of: "\\d", text: "[\\d]+"))
    static let codes: [ShapeMember] = [
        .required("AuthenticationCode1", code, sensitive: true),
        .required("AuthenticationCode2", code, sensitive: true),
    ]
    static let mostPerUser = 8

    static func missing(_ serial: Text) -> Fault {
        Fault("NoSuchEntity", "VirtualMFADevice with serial number \(serial) doesn't exist.", status: 404)
    }
    static let notOfUser = Fault("NoSuchEntity", "MFA Device invalid for user.", status: 404)
    static let badCodes = Fault(
        "InvalidAuthenticationCode", "Authentication code for device is not valid.", status: 403)

    static func read(
        _ serial: Text, _ account: AccountID, _ snapshot: borrowing Snapshot
    ) throws -> MFADevice {
        guard let id = MFADevice.id(serial, account), let item = try snapshot.item(MFADevice.key(id, account)) else {
            throw missing(serial)
        }
        return try MFADevice(item)
    }

    static func read(
        _ serial: Text, _ account: AccountID, _ transaction: borrowing Transaction
    ) throws -> MFADevice {
        guard let id = MFADevice.id(serial, account), let item = try transaction.item(MFADevice.key(id, account)) else {
            throw missing(serial)
        }
        return try MFADevice(item)
    }

    /// Whether `code` is what `user`'s device of that serial number shows now. A code is good once; after some wrong ones in
    /// a row the device answers only now and then, so that codes can't be tried through.
    ///
    /// Not part of the call's transaction: what was used or guessed stays so, even if the call comes to nothing.
    static func verify(
        _ serial: Text, _ code: Text, _ user: EntityState, at time: Timestamp, _ house: House
    ) async throws -> Bool {
        guard let id = MFADevice.id(serial, user.account) else { return false }
        let (key, owner) = (MFADevice.key(id, user.account), Entity.key(.user, user.name, user.account).id)
        return try await house.store.write { [root = house.root] transaction in
            guard let item = try transaction.item(key) else { return false }
            var device = try MFADevice(item)
            guard device.user == owner else { return false }
            let isGood = try device.accept(code.bytes, at: time, root: root)
            try transaction.update(device.item)
            return isGood
        }
    }

    /// The user's devices follow the user to a new name.
    static func move(from old: Entity, to moved: Entity, _ transaction: borrowing Transaction) throws {
        for enabled in old.devices {
            guard let item = try transaction.item(MFADevice.key(enabled.id, old.account)) else { continue }
            var device = try MFADevice(item)
            device.user = moved.key.id
            try transaction.update(device.item)
        }
    }
}

/// What an operation on a device is about.
struct MFASubject: Sendable {
    let account: AccountID
    let serial: Text
    let tags: [Tag]

    init(_ serial: Text, _ call: Call) throws {
        account = call.caller.account
        self.serial = serial
        guard let id = MFADevice.id(serial, account) else {
            tags = []
            return
        }
        let key = MFADevice.key(id, account)
        let row: MFATags? = try call.view.row(.item(key)) { snapshot in
            try snapshot.item(key).map { (MFATags(tags: try MFADevice($0).tags), $0.body.count + 128) }
        }
        tags = row?.tags ?? []
    }
}

/// All that the caches hold of a device: no seed.
private struct MFATags: Sendable {
    let tags: [Tag]
}

/// An operation on a virtual MFA device of the caller's account.
protocol MFAOperation: WriteOperation where Input == Fields, Output == Fields, Subject == MFASubject {
    static func serial(_ input: Fields, _ call: Call) -> Text
}

extension MFAOperation {
    static var api: API { .iam }
    static var quota: Quota { Access.quota }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
    static func serial(_ input: Fields, _ call: Call) -> Text { input.text("SerialNumber") ?? "" }
    static func find(_ input: Fields, _ call: Call) throws -> MFASubject { try MFASubject(serial(input, call), call) }
    static func asks(_ input: Fields, _ subject: MFASubject, _ call: Call) -> [Question] {
        let keys = Access.conditionKeys(subject.tags, input, call)
        return [Access.question("iam:\(name)", subject.serial, keys, call)]
    }
}

extension Authorized where Op: MFAOperation {
    func changeDevice(
        _ body: @escaping @Sendable (inout MFADevice) throws -> Void
    ) async throws -> Fields {
        let (serial, account) = (subject.serial, subject.account)
        return try await commit { transaction in
            var device = try MFADevices.read(serial, account, transaction)
            try body(&device)
            try transaction.update(device.item)
            return [:]
        }
    }
}
