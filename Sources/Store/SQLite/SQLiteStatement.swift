internal import Bytes
internal import GRDB
internal import GRDBSQLite

/// A prepared statement of SQLite: its parameters, and the row it stands on.
@safe struct SQLiteStatement: Columns {
    let pointer: OpaquePointer

    init(_ statement: Statement) { unsafe pointer = statement.sqliteStatement }

    /// SQLite copies before the call returns.
    private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ value: Value, at index: Int32) -> Int32 {
        switch value {
        case .null: unsafe sqlite3_bind_null(pointer, index)
        case .integer(let number): unsafe sqlite3_bind_int64(pointer, index, number)
        case .text(let text): bind(text.string, at: index)
        // Without a byte there is no address, and an address of nil would bind NULL.
        case .bytes(let bytes) where bytes.isEmpty: unsafe sqlite3_bind_zeroblob(pointer, index, 0)
        case .bytes(let bytes): unsafe bytes.withUnsafeBytes { unsafe bind($0, at: index, Self.copied) }
        }
    }

    /// Binds `bytes` without a copy while `body` runs, which hears SQLite's code; unbound again afterwards.
    func lending(
        _ bytes: [UInt8],
        at index: Int32,
        _ body: (Int32) throws(StoreError) -> Void
    ) throws(StoreError) {
        let outcome = unsafe bytes.withUnsafeBytes { buffer in
            let code = unsafe bind(buffer, at: index, nil)
            defer {
                unsafe sqlite3_reset(pointer)
                unsafe sqlite3_bind_null(pointer, index)
            }
            return Result { () throws(StoreError) in try body(code) }
        }
        try outcome.get()
    }

    private func bind(
        _ buffer: UnsafeRawBufferPointer,
        at index: Int32,
        _ destructor: sqlite3_destructor_type?
    ) -> Int32 {
        unsafe sqlite3_bind_blob64(pointer, index, buffer.baseAddress, sqlite3_uint64(buffer.count), destructor)
    }

    private func bind(_ string: String, at index: Int32) -> Int32 {
        var string = string
        return string.withUTF8 { buffer in
            guard let start = buffer.baseAddress else { return unsafe sqlite3_bind_text(pointer, index, "", 0, nil) }
            return unsafe start.withMemoryRebound(to: CChar.self, capacity: buffer.count) { start in
                unsafe sqlite3_bind_text64(
                    pointer,
                    index,
                    start,
                    sqlite3_uint64(buffer.count),
                    Self.copied,
                    UInt8(SQLITE_UTF8)
                )
            }
        }
    }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(pointer, column) }

    func text(_ column: Int32) -> Text {
        guard let start = unsafe sqlite3_column_text(pointer, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(pointer, column))
        return Text(unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(pointer, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(pointer, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
