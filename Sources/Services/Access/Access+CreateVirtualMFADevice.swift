internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum CreateVirtualMFADevice: MFAOperation {
        static let name: Text = "CreateVirtualMFADevice"
        /// Of the eight masks of a QR code the best one is looked for.
        static let isBrief = false
        static let input: Structure = [
            .optional("Path", path), .required("VirtualMFADeviceName", .string(1...Int.max, namePattern)),
            .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [
            .optional("VirtualMFADevice", .structure([.optional("SerialNumber", .string())]))
        ]

        static func serial(_ input: Fields, _ call: Call) -> Text {
            MFADevice.serial(
                "\(input.text("Path") ?? "/")\(input.text("VirtualMFADeviceName") ?? "")", call.caller.account)
        }

        /// The only time that the seed is shown.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, subject, house) = (call.input, call.subject, call.house)
            guard subject.serial.length <= 256 else {
                throw Fault("InvalidInput", "A serial number has at most 256 characters: shorten the path or the name.")
            }
            // Off the event loop, where the call began.
            await Task.yield()
            let seed = SecretBytes(house.chance.bytes(40))
            let name = input.text("VirtualMFADeviceName") ?? ""
            let device = MFADevice(
                account: subject.account, path: input.text("Path") ?? "/", name: name, seed: seed, at: call.now,
                try merged([], requestTags(input)), root: house.root)
            let shownSeed = Base32.encode(seed.revealBytes())
            guard let picture = picture(of: shownSeed, name, subject.account) else {
                throw Fault("InvalidInput", "The name of the device does not fit into a QR code: shorten it.")
            }
            return try await call.commit { transaction in
                guard try transaction.insert(device.item) else {
                    throw Fault(
                        "EntityAlreadyExists", "MFADevice entity at the same path and name already exists.",
                        status: 409)
                }
                var shown: Fields = [
                    "SerialNumber": .string(device.serial),
                    "Base32StringSeed": .secret(SensitiveBytes(shownSeed, isText: false)),
                    "QRCodePNG": .secret(SensitiveBytes(picture, isText: false)),
                ]
                if !device.tags.isEmpty { shown.add("Tags", Access.shown(device.tags)) }
                return ["VirtualMFADevice": .structure(shown)]
            }
        }

        /// What authenticator apps read. A name is of characters that stand in a URI as they are.
        private static func picture(of seed: [UInt8], _ name: Text, _ account: AccountID) -> [UInt8]? {
            QRCode(Array("otpauth://totp/\(name)@\(account)?secret=".utf8) + seed)?.png
        }
    }
}

/// RFC 4648, section 6, of whole groups of five bytes.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var (out, word, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            word = word << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.append(alphabet[Int(word >> UInt32(bits) & 31)])
            }
        }
        return out
    }
}
