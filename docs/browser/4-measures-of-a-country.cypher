// Whom and what does the United States restrict?
// Sanctions, export controls, tariffs, bans and investigations, without those that have ended or are denied.
MATCH measures = (:Entity {id: 'country:united-states'})
  -[measure:SANCTIONS|RESTRICTS_EXPORT_OF|RESTRICTS_EXPORTS_TO|IMPOSES_TARIFFS_ON|BANS|INVESTIGATES]->(:Entity)
WHERE NOT measure.status IN ['ended', 'denied']
RETURN measures
LIMIT 100
