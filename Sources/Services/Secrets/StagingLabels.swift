internal import Bytes

/// Which version each staging label of a secret is attached to. A label is on one version at most.
///
/// Pure rules, no I/O; the numbers are those of the specification's table 1.3.1.
struct StagingLabels: Sendable, Equatable {
    /// Sorted by label.
    private(set) var pairs: [(label: Text, version: Text)]

    init(_ pairs: [(label: Text, version: Text)] = []) { self.pairs = pairs.sorted { $0.label < $1.label } }

    static func == (a: StagingLabels, b: StagingLabels) -> Bool {
        a.pairs.elementsEqual(b.pairs) { $0.label == $1.label && $0.version == $1.version }
    }

    var count: Int { pairs.count }

    subscript(label: Text) -> Text? {
        for pair in pairs where pair.label == label { return pair.version }
        return nil
    }

    func labels(of version: Text) -> [Text] {
        var labels: [Text] = []
        for pair in pairs where pair.version == version { labels.append(pair.label) }
        return labels
    }

    /// As a secret's row has them: an object of version ids by label.
    func append(to out: inout ByteBuilder) {
        out.append(byte: 0x7B)
        for (position, pair) in pairs.enumerated() {
            if position > 0 { out.append(byte: 0x2C) }
            out.append(jsonString: pair.label)
            out.append(byte: 0x3A)
            out.append(jsonString: pair.version)
        }
        out.append(byte: 0x7D)
    }

    /// Labelled versions and their labels, in the order of the version ids.
    var byVersion: [(version: Text, labels: [Text])] {
        Set(pairs.map(\.version)).sorted().map { ($0, labels(of: $0)) }
    }

    /// A new version takes `stages` (S2–S4). The first version a secret gets is also current (S1).
    mutating func attach(_ stages: [Text], toNew version: Text) {
        let isFirst = self[Secrets.current] == nil
        for stage in stages where stage != Secrets.current { move(stage, to: version) }
        if isFirst || stages.contains(Secrets.current) {
            let old = self[Secrets.current]
            makeCurrent(version)
            // S9: a new current version ends a rotation that stood on the old one.
            if let old, self[Secrets.pending] == old { remove(Secrets.pending) }
        }
    }

    /// Moves a label that UpdateSecretVersionStage names. AWSCURRENT takes AWSPREVIOUS along (S5); AWSPENDING stays (S8).
    mutating func move(_ label: Text, to version: Text) {
        guard label != Secrets.current else { return makeCurrent(version) }
        remove(label)
        insert(label, version)
    }

    mutating func remove(_ label: Text) { pairs.removeAll { $0.label == label } }

    /// S5: the version that was current becomes the previous one, and whoever was previous no longer is (S6).
    private mutating func makeCurrent(_ version: Text) {
        let old = self[Secrets.current]
        guard old != version else { return }
        remove(Secrets.current)
        insert(Secrets.current, version)
        guard let old else { return }
        remove(Secrets.previous)
        insert(Secrets.previous, old)
    }

    private mutating func insert(_ label: Text, _ version: Text) {
        let position = pairs.firstIndex { label < $0.label } ?? pairs.count
        pairs.insert((label: label, version: version), at: position)
    }
}
