internal import Bytes
internal import Wire

extension Access {
    enum GetServiceLastAccessedDetailsWithEntities: ReportReading {
        static let name: Text = "GetServiceLastAccessedDetailsWithEntities"
        static let input = Structure(
            [.required("JobId", jobID), .required("ServiceNamespace", serviceNamespace)] + paging)

        /// Who used the service last comes first.
        static func report(
            _ report: ServiceReport, _ members: [ServiceReport.Member], _ policies: [GrantingPolicy], _ input: Fields
        ) throws -> Fields {
            let namespace = input.text("ServiceNamespace") ?? ""
            let rows = members.map { member in
                Row(entity: member.entity, last: member.memories[namespace]?.last?.time)
            }
            var fields = report.fields
            fields.members += try AccessPage(input).fields(
                "EntityDetailsList", of: rows.sorted { $0.place < $1.place }, id: { $0.place }, { $0.shown }
            ).members
            return fields
        }

        private struct Row {
            let entity: Entity
            let last: Timestamp?

            /// Its place in the list, as text that sorts.
            var place: Text {
                var out = ByteBuilder(capacity: 48)
                out.append(decimal: UInt64(Int64.max - (last?.milliseconds ?? 0)), width: 20)
                out.append("/\(entity.id)")
                return Text(decoding: out.bytes[...])
            }

            var shown: Document {
                var fields: Fields = [
                    "EntityInfo": .structure([
                        "Arn": .string(entity.arn), "Name": .string(entity.name),
                        "Type": .string(entity.kind.policyOwnerType), "Id": .string(entity.id),
                        "Path": .string(entity.path),
                    ])
                ]
                fields.add("LastAuthenticated", last)
                return .structure(fields)
            }
        }
    }
}
