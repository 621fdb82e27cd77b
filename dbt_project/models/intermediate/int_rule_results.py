"""Every rule of the seed by one mechanism: cells, amounts and quantities of a report meet the terms of the places where a rule
is evaluated, each side is added up, and the sides are compared. A term without a figure: not assessable. There are some four
hundred operands a report: they are added up as columns of numbers, ten thousand reports at a time, in pipelines/evaluation.
"""

from pipelines.evaluation.rule_arithmetic import STATUSES
from pipelines.evaluation.rule_results import rule_results

_PAIRED_YEARS = """
    select reports.report_no, before.report_no as last_report_no
    from ({last_years}) as last_years
    inner join ({reports}) as reports on last_years.report_key = reports.report_key
    inner join ({reports}) as before on last_years.last_report_key = before.report_key
"""
_KEPT = """
    select
        report_no,
        result_no,
        cast({statuses}[status_no + 1] as enum{statuses_of_type}) as status,
        * exclude (report_no, result_no, status_no)
    from rule_results
"""


def model(dbt, session):
    queries = {
        "places": dbt.ref("int_rule_places"),
        "reports": dbt.ref("int_reports"),
        "body_levels": dbt.ref("int_body_levels"),
        "last_years": dbt.ref("int_last_years"),
        "cells": dbt.ref("int_packed_cells"),
        "amounts": dbt.ref("int_amounts"),
        "facts": dbt.ref("int_report_facts"),
    }
    queries = {name: relation.sql_query() for name, relation in queries.items()}
    queries["paired_years"] = _PAIRED_YEARS.format(**queries)
    results = rule_results(session.cursor(), queries, int(dbt.config.get("max_missing_named")))
    session.register("rule_results", results)
    return session.query(_KEPT.format(statuses=list(STATUSES), statuses_of_type=STATUSES))
