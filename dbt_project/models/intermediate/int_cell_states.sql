-- How many cells of each table a report has in each state: two hundred cells a report are counted once for all who ask.
select
    packed.report_no,
    form_cells.table_key,
    packed.value_state,
    packed.value_basis,
    count(*) as n_cells
from {{ ref('int_packed_cells') }} as packed
inner join {{ ref('int_form_cells') }} as form_cells on packed.cell_no = form_cells.cell_no
group by packed.report_no, form_cells.table_key, packed.value_state, packed.value_basis
