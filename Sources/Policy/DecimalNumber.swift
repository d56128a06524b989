import Bytes

/// A decimal number compared exactly: no binary rounding, any length.
struct DecimalNumber: Sendable, Equatable {
    /// -1, 0 or 1; zero has no digits.
    private var sign = 0
    /// Significant digits without leading or trailing zeros; the value is ±0.d₁d₂… × 10^exponent.
    private var digits: [UInt8] = []
    private var exponent = 0

    /// `nil` unless `[+-]digits[.digits][e[+-]digits]` with an exponent of at most six digits.
    init?(_ text: Text) {
        var reader = ByteReader(text.bytes)
        let isNegative = reader.takeSign()
        let whole = reader.takeDigits()
        let fraction: ArraySlice<UInt8> = reader.take(0x2E) ? reader.takeDigits() : []
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var scale = 0
        if reader.take(0x65) || reader.take(0x45) {
            let isSmall = reader.takeSign()
            guard let value = reader.takeDecimal(upTo: 6) else { return nil }
            scale = isSmall ? -value : value
        }
        guard reader.isAtEnd else { return nil }
        let all = whole + fraction
        let leadingZeros = all.prefix { $0 == 0x30 }.count
        guard leadingZeros < all.count else { return }
        sign = isNegative ? -1 : 1
        digits = Array(all.dropFirst(leadingZeros))
        while digits.last == 0x30 { digits.removeLast() }
        exponent = whole.count - leadingZeros + scale
    }
}

extension DecimalNumber: Comparable {
    static func < (a: DecimalNumber, b: DecimalNumber) -> Bool {
        guard a.sign == b.sign else { return a.sign < b.sign }
        return a.sign >= 0 ? a.isSmaller(than: b) : b.isSmaller(than: a)
    }

    private func isSmaller(than other: DecimalNumber) -> Bool {
        if exponent != other.exponent { return exponent < other.exponent }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}

/// Takes numbers and marks off the front of ASCII text.
struct ByteReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }
    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    /// Whether there was a minus.
    mutating func takeSign() -> Bool {
        if take(0x2D) { return true }
        _ = take(0x2B)
        return false
    }

    mutating func takeDigits() -> ArraySlice<UInt8> {
        let start = index
        while let byte = next, byte >= 0x30, byte <= 0x39 { index += 1 }
        return bytes[start..<index]
    }

    /// `nil` unless one to `most` digits come next. `most` is below 18, so that the value fits.
    mutating func takeDecimal(upTo most: Int) -> Int? {
        let digits = takeDigits()
        guard (1...most).contains(digits.count) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    mutating func takeDecimal(exactly count: Int) -> Int? {
        let digits = takeDigits()
        return digits.count == count ? digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
    }
}
