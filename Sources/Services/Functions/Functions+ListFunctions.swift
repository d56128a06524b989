internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum ListFunctions: WriteOperation {
        static let name: Text = "ListFunctions"
        static let api = API.lambda
        static let quota = Functions.quota
        static let isReadOnly = true
        static let route: Route? = Route(
            "GET", "/2015-03-31/functions",
            query: [
                "Marker": "Marker", "MaxItems": "MaxItems", "FunctionVersion": "FunctionVersion",
                "MasterRegion": "MasterRegion",
            ], mayEndInSlash: true)
        static let input = Structure(
            paging + [.optional("FunctionVersion", .oneOf("ALL")), .optional("MasterRegion", .string(1...50))])

        static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Fields, _ call: Call) throws {}
        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            [unboundQuestion("lambda:ListFunctions", call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (house, place) = (call.house, call.place)
            let showsVersions = call.input.text("FunctionVersion") == "ALL"
            let page = try FunctionPage(call.input, "functions \(showsVersions)", house)
            return try await house.store.read { snapshot in
                var shown: [Document] = []
                var position: [Text] = page.after
                // With versions, a page may end between two of them.
                if position.count == 2 {
                    let reference = FunctionReference(place: place, name: position[0])
                    let versions = try snapshot.items(
                        of: reference, kind: FunctionRows.version, after: position[1], limit: page.limit + 1)
                    for item in versions.prefix(page.limit) {
                        shown.append(try version(item, reference, house))
                        position = [reference.name, item.key.id]
                    }
                    if versions.count > page.limit { return answer(shown, page.marker(position, house)) }
                    position = [reference.name]
                }
                while shown.count < page.limit {
                    let next = try snapshot.items(place, kind: FunctionRows.function, after: position.first, limit: 1)
                    guard let item = next.first else { return answer(shown, nil) }
                    let (state, reference) = (
                        try FunctionState(item), FunctionReference(place: place, name: item.key.id)
                    )
                    let latest = try state.latest.shown(reference, isQualified: showsVersions, house.root)
                    shown.append(.structure(latest))
                    position = [reference.name]
                    guard showsVersions else { continue }
                    let room = page.limit - shown.count
                    let versions = try snapshot.items(of: reference, kind: FunctionRows.version, limit: room + 1)
                    for item in versions.prefix(room) {
                        shown.append(try version(item, reference, house))
                        position = [reference.name, item.key.id]
                    }
                    if versions.count > room {
                        if room == 0 { position = [reference.name, "\(reference.name):"] }
                        return answer(shown, page.marker(position, house))
                    }
                    position = [reference.name]
                }
                let rest = try snapshot.items(place, kind: FunctionRows.function, after: position.first, limit: 1)
                return answer(shown, rest.isEmpty ? nil : page.marker(position, house))
            }
        }

        private static func version(_ item: Item, _ reference: FunctionReference, _ house: House) throws -> Document {
            .structure(try FunctionVersion(item).configuration.shown(reference, isQualified: true, house.root))
        }

        private static func answer(_ shown: [Document], _ marker: Text?) -> Fields {
            var fields: Fields = ["Functions": .list(shown)]
            fields.add("NextMarker", marker)
            return fields
        }
    }
}
