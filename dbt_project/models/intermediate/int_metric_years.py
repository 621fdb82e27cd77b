"""Values of metrics beside those of the year before, in the order of report and metric, where one of both is known. Reports are paired
first, so that a hundred values a report are paired by their places in a block of numbers.
"""

from pipelines.evaluation.metric_values import metric_years


def model(dbt, session):
    queries = {"values": dbt.ref("int_metric_values").sql_query(), "pairs": dbt.ref("int_report_pairs").sql_query()}
    session.register("metric_years", metric_years(session.cursor(), queries))
    return session.query("select * from metric_years")
