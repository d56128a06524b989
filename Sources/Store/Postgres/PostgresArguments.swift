internal import Bytes

/// Arguments in binary format, one after the other in one buffer.
@safe struct PostgresArguments {
    /// Ends with a byte of no argument, so that an empty argument too has an address: an address of nil would be NULL.
    private var buffer: [UInt8] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []

    init(_ values: [Value]) {
        for value in values { append(value) }
        buffer.append(0)
    }

    private mutating func append(_ value: Value) {
        let start = buffer.count
        switch value {
        case .null:
            starts.append(-1)
            lengths.append(0)
            return
        case .integer(let number):
            for shift in stride(from: 56, through: 0, by: -8) {
                buffer.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
            }
        case .text(let text): PostgresText.append(text, to: &buffer)
        case .bytes(let bytes): buffer.append(contentsOf: bytes)
        }
        starts.append(start)
        lengths.append(Int32(clamping: buffer.count - start))
    }

    /// Addresses, lengths and formats as libpq wants them, for the time of the call.
    func withPointers<R>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> R
    ) -> R {
        let formats = [Int32](repeating: 1, count: starts.count)
        return unsafe buffer.withUnsafeBytes { raw in
            let first = unsafe raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = unsafe starts.map { start in unsafe start < 0 ? nil : first.map { unsafe $0 + start } }
            return unsafe pointers.withUnsafeBufferPointer { pointers in
                unsafe lengths.withUnsafeBufferPointer { lengths in
                    unsafe formats.withUnsafeBufferPointer { formats in
                        unsafe body(
                            Int32(starts.count),
                            pointers.baseAddress,
                            lengths.baseAddress,
                            formats.baseAddress
                        )
                    }
                }
            }
        }
    }
}
