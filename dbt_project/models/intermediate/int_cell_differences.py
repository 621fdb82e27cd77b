"""Cells in which a version that is not current differs from the current one, in value or state. A cell that one of them does not
print is absent there. Of a body and year with very many versions the best ones by rank are compared; of the others `n_differences`
is null. Two reports have four hundred cells: they are compared as columns of numbers, in pipelines/evaluation.
"""

from pipelines.evaluation.version_differences import cell_differences, states_of


def model(dbt, session):
    cells = dbt.ref("int_packed_cells").sql_query()
    pairs = dbt.ref("int_compared_versions").sql_query()
    reading = session.cursor()
    states = states_of(reading, cells)
    session.register("cell_differences", cell_differences(reading, pairs, cells))
    kept = "cast({states}[{side}state_no + 1] as enum{type}) as {side}value_state"
    own, current = (kept.format(states=states, side=side, type=tuple(states)) for side in ("", "current_"))
    return session.query(f"select * exclude (state_no, current_state_no), {own}, {current} from cell_differences")
