"""Values of metrics among those of peers, in the order of report and metric: how many peers have one, a lower one, an equal one.
A metric is sorted at a time, for all reports.
"""

from pipelines.evaluation.metric_values import metric_peers


def model(dbt, session):
    queries = {
        "values": dbt.ref("int_metric_values").sql_query(),
        "peers": dbt.ref("int_report_peers").sql_query(),
        "metrics": dbt.ref("int_metric_numbers").sql_query(),
    }
    session.register("metric_peers", metric_peers(session.cursor(), queries))
    return session.query("select * from metric_peers")
