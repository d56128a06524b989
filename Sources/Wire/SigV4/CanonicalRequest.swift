import Bytes
import Primitives

/// The two texts that SigV4 signs, over the exact bytes of a request.
struct CanonicalRequest {
    /// Where signers differ. Our services always normalise paths and sign the session token.
    struct Rules {
        var normalizesPath = true
        var omitsSessionToken = false
    }

    /// `nil` if a signed header is not there.
    static func bytes(
        _ request: Request, signed names: SignedNames, payloadHash: Digest32, rules: Rules = Rules()
    ) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(768)
        out.append(request.method.utf8.span)
        out.append(0x0A)
        appendTarget(request.target, rules, to: &out)
        guard names.appendCanonical(request.headers, to: &out) else { return nil }
        out.append(0x0A)
        out.append(names.bytes.span)
        out.append(0x0A)
        append(payloadHash, to: &out)
        return out
    }

    /// In hexadecimal digits, without a buffer between.
    private static func append(_ digest: Digest32, to out: inout [UInt8]) {
        digest.forEachWord { out.append(bigEndian: Hex.digits($0)) }
    }

    private static func appendTarget(_ target: String, _ rules: Rules, to out: inout [UInt8]) {
        // What every SDK sends to a JSON service.
        if target.utf8.count == 1, target.utf8.first == 0x2F {
            out.append(0x2F)
            out.append(0x0A)
            out.append(0x0A)
            return
        }
        let bytes = Array(target.utf8)
        let mark = bytes.firstIndex(of: 0x3F) ?? bytes.endIndex
        CanonicalPath.append(bytes[..<mark], normalizing: rules.normalizesPath, to: &out)
        out.append(0x0A)
        if mark < bytes.endIndex {
            let omitted = rules.omitsSessionToken ? ["X-Amz-Signature", "X-Amz-Security-Token"] : ["X-Amz-Signature"]
            QueryString(bytes[(mark + 1)...]).appendCanonical(omitting: omitted, to: &out)
        }
        out.append(0x0A)
    }

    /// `scope` is `date/region/service/aws4_request`, `dateTime` in ISO 8601 basic format.
    static func stringToSign(_ canonical: [UInt8], dateTime: ArraySlice<UInt8>, scope: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(192)
        out.append("AWS4-HMAC-SHA256\n".utf8.span)
        out.append(dateTime.span)
        out.append(0x0A)
        out.append(scope.span)
        out.append(0x0A)
        append(SHA256.hash(canonical), to: &out)
        return out
    }
}
