{# The similarity of two texts by their sketches of 256 bits: 1 - 2 * share of the bits that differ. #}
{% macro sketch_similarity(first, second) -%}
    1 - (
        {%- for word in range(1, 5) %}
        cast(bit_count(xor({{ first }}[{{ word }}], {{ second }}[{{ word }}])) as integer){{ ' +' if not loop.last }}
        {%- endfor %}
    ) / 128.0
{%- endmacro %}
