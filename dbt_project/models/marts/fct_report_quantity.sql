-- What metrics count beside the cells of the form. A null says why in value_state.
select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    numbers.quantity,
    packed.value,
    cast(packed.value_state as varchar) as value_state
from {{ in_this_file(ref('int_report_quantities')) }} as packed
inner join {{ in_this_file(ref('int_report_numbers')) }} as reports on packed.report_no = reports.report_no
inner join {{ in_this_file(ref('int_quantity_numbers')) }} as numbers on packed.quantity_no = numbers.quantity_no
