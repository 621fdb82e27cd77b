"""Every metric of every current report, in the order of report and metric: a sum of cells and quantities over another. There are
three hundred terms a report: they are added up as columns of numbers, ten thousand reports at a time, in pipelines/evaluation.
"""

from pipelines.evaluation.metrics import REASONS, metrics_of_reports

_KEPT = "select * replace (cast(null_reason as enum{reasons}) as null_reason) from metrics"


def model(dbt, session):
    queries = {
        "terms": dbt.ref("int_metric_terms"),
        "reports": dbt.ref("int_reports"),
        "cells": dbt.ref("int_packed_cells"),
        "quantities": dbt.ref("int_report_quantities"),
    }
    queries = {name: relation.sql_query() for name, relation in queries.items()}
    session.register("metrics", metrics_of_reports(session.cursor(), queries))
    return session.query(_KEPT.format(reasons=REASONS))
