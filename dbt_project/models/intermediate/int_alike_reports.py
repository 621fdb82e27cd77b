"""The nearest reports whose prose is nearly the same when names, years and figures are left out. Candidates are the last two
reports of the same body, and reports that share a band of minimum hashes: of these the next few in the order of county, year
and body, so that a text of five thousand towns gives five pairs a town and not twelve million.
"""

from pipelines.evaluation.near_duplicates import RELATIONS, near_duplicates


def model(dbt, session):
    signed = dbt.ref("int_signed_reports").sql_query()
    least = float(dbt.config.get("near_duplicate_similarity"))
    session.register("alike_reports", near_duplicates(session.cursor(), signed, least))
    relation = f"{list(RELATIONS)}[relation_no + 1] as relation"
    return session.query(f"select * exclude (relation_no), {relation} from alike_reports")
