import Bytes
import Seal
import Testing

/// What Seal adds to the primitives: memory, sealing, and names for what comes from outside.
struct SealedKeyPairTests {
    private let binding = Binding("test", ["a"])

    @Test func materialOfAnyLengthComesBackAsAKeyAlone() throws {
        let key = WrappingKey.generate()
        for length in [1, 28, 32, 64, 2400, 5000] {
            let material = SecretBytes.random(length)
            let sealed = key.wrap(material, boundTo: binding)
            #expect(try key.unwrapMaterial(sealed, boundTo: binding) == material)
            #expect(throws: SealBroken.self) { try key.open(sealed, boundTo: binding) }
            #expect(throws: SealBroken.self) { try key.unwrapMaterial(sealed, boundTo: Binding("test", ["b"])) }
            if length != WrappingKey.length {
                #expect(throws: SealBroken.self) { try key.unwrap(sealed, boundTo: binding) }
            }
        }
        let message = key.seal(SecretBytes.random(32), boundTo: binding)
        #expect(throws: SealBroken.self) { try key.unwrapMaterial(message, boundTo: binding) }
    }

    /// Imported symmetric material is sealed as material, and used as a wrapping key.
    @Test func materialIsAWrappingKey() throws {
        let (root, material) = (WrappingKey.generate(), SecretBytes.random(32))
        let unwrapped = try root.unwrap(root.wrap(material, boundTo: binding), boundTo: binding)
        let sealed = unwrapped.seal(SecretBytes([1, 2, 3]), boundTo: binding)
        #expect(try WrappingKey(material).open(sealed, boundTo: binding) == SecretBytes([1, 2, 3]))
    }

    @Test func namesOfMaterialTellRootOwnerAndMaterialApart() {
        let (root, other) = (RootKey.generate(), RootKey.generate())
        let (a, b) = (SecretBytes([1]), SecretBytes([2]))
        let ids = [
            root.materialID(a, of: binding), root.materialID(b, of: binding),
            root.materialID(a, of: Binding("test", ["b"])), other.materialID(a, of: binding),
        ]
        #expect(Set(ids).count == 4 && ids[0] == root.materialID(a, of: binding))
        #expect(ids.allSatisfy { $0.utf8.count == 64 })
    }

    @Test func pairsSignOpenAndAgree() throws {
        let message = SecretBytes(Array("message".utf8))
        let curve = KeyPair.generate(.p384)
        let signature = try #require(curve.privateKey.sign(message, isDigest: false, .ecdsa(.sha384)))
        #expect(curve.publicKey.verify(signature, of: message, isDigest: false, .ecdsa(.sha384)))
        #expect(!curve.publicKey.verify(signature, of: SecretBytes([1]), isDigest: false, .ecdsa(.sha384)))
        let again = try #require(KeyPair(importing: curve.privateKey.pkcs8, as: .p384))
        #expect(again.publicKey == curve.publicKey && again.privateKey.pkcs8 == curve.privateKey.pkcs8)
        #expect(KeyPair(importing: curve.privateKey.pkcs8, as: .p256) == nil)
        #expect(curve.publicKey.isOf(.p384) && !curve.publicKey.isOf(.p256))
        let peer = KeyPair.generate(.p384)
        let shared = try #require(curve.privateKey.agree(with: peer.publicKey))
        #expect(shared.count == 48 && shared == peer.privateKey.agree(with: curve.publicKey))
        let rsa = KeyPair.generate(.rsa2048)
        let sealed = try #require(rsa.publicKey.seal(message, .sha256))
        #expect(rsa.privateKey.open(sealed, .sha256) == message && rsa.privateKey.open(sealed, .sha1) == nil)
        #expect("\(curve.privateKey)".contains("‹secret›"))
    }
}
