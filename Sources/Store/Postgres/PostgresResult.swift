internal import Bytes
internal import CLibPQ

/// An answer, in libpq's memory until it goes.
@safe final class PostgresResult {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }
    deinit { unsafe PQclear(pointer) }

    var isGood: Bool {
        let status = unsafe PQresultStatus(pointer)
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
    }

    /// The SQLSTATE; `nil` when libpq itself gave up.
    var code: String? {
        // PG_DIAG_SQLSTATE is 'C'; the macro is a character literal, which Swift does not import.
        guard let code = unsafe PQresultErrorField(pointer, 0x43) else { return nil }
        return unsafe String(cString: code)
    }

    /// `COMMIT`, `ROLLBACK` …
    var command: String { unsafe String(cString: PQcmdStatus(pointer)) }
    var changedRows: Int { Int(unsafe String(cString: PQcmdTuples(pointer))) ?? 0 }
    var rowCount: Int32 { unsafe PQntuples(pointer) }

    func row(_ row: Int32) -> some Columns { unsafe PostgresRow(result: pointer, row: row) }
}

/// One row, in binary format.
@safe private struct PostgresRow: Columns {
    let result: OpaquePointer
    let row: Int32

    func isNull(_ column: Int32) -> Bool { unsafe PQgetisnull(result, row, column) != 0 }

    /// Big-endian two's complement of two, four or eight bytes.
    func integer(_ column: Int32) -> Int64 {
        let bytes = unsafe buffer(column)
        guard let first = unsafe bytes.first else { return 0 }
        return unsafe bytes.reduce(first & 0x80 == 0 ? 0 : -1) { $0 << 8 | Int64($1) }
    }

    func text(_ column: Int32) -> Text { PostgresText.decode(unsafe Array(buffer(column))) }
    func bytes(_ column: Int32) -> [UInt8] { unsafe Array(buffer(column)) }

    private func buffer(_ column: Int32) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column),
            count: Int(PQgetlength(result, row, column))
        )
    }
}
